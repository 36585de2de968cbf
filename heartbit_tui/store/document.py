"""A log as a document to read: what the exports render."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    AssistantMessage,
    CommandEnded,
    CommandStarted,
    ContextSummarized,
    Envelope,
    Event,
    JobEnded,
    JobStarted,
    Notice,
    Rewound,
    RunFailed,
    RunInterrupted,
    TextDelta,
    ToolAnswered,
    UserMessage,
)
from heartbit_tui.kernel.messages import Audio, Image, Text, Thinking, ToolCall, ToolResult
from heartbit_tui.kernel.standing import Standing
from heartbit_tui.store.summary import Summary, summarise
from heartbit_tui.wire.write import storable

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words of a person (`who` is empty) or of an agent; `cut` where they never became whole."""

    who: str
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """Reasoning of an agent."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call of a tool, its arguments as indented JSON."""

    who: str
    name: str
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a tool answered."""

    text: str
    is_error: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture or a sound: its media type, and base64 data."""

    media_type: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that happened to the session."""

    text: str


Item: TypeAlias = Said | Thought | Called | Answered | Shown | Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A session's log, ready to be set in type: no control characters, no half characters."""

    title: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]


def document(log: Iterable[Envelope]) -> Document:
    """The document of a log; what was rewound is left out."""
    envelopes = tuple(log)
    summary = summarise(envelopes)
    session = envelopes[0].session if envelopes else ""
    items: list[tuple[int, Item]] = []
    standing = Standing()
    for envelope in envelopes:
        if isinstance(envelope.event, Rewound):
            standing.went_back(envelope.seq, envelope.event.to)
        items.extend((envelope.seq, item) for item in _items(envelope))
    return Document(
        title=_clean(summary.title) or "A session without a title",
        facts=_facts(summary, session),
        items=tuple(item for _, item in standing.keep(items)),
    )


def _facts(summary: Summary, session: str) -> tuple[tuple[str, str], ...]:
    cost = f"${summary.cost_usd:.4f}" + (f" and {summary.unpriced} calls of unknown price" if summary.unpriced else "")
    facts = {
        "Session": session,
        "Folder": summary.cwd,
        "Model": f"{summary.provider}/{summary.model}".strip("/"),
        "Begun": summary.created[:19].replace("T", " "),
        "Last used": summary.updated[:19].replace("T", " "),
        "Cost": cost,
        "Forked from": f"{summary.parent} at {summary.parent_seq}" if summary.parent else "",
    }
    return tuple((name, _clean(value)) for name, value in facts.items() if value)


def _items(envelope: Envelope) -> Iterator[Item]:
    match envelope.event:
        case UserMessage(message=message, origin=origin):
            who = "heartbit" if origin == "heartbit" else ""
            yield from (item for block in message.content for item in _block(block, who))
        case AssistantMessage(message=message):
            yield from (item for block in message.content for item in _block(block, envelope.agent))
        case ToolAnswered(result=result):
            yield from _block(result, "")
        case TextDelta(text=text):
            yield Said(who=_clean(envelope.agent), text=_clean(text), cut=True)
        case _:
            remark = _remark(envelope)
            if remark:
                yield Remark(text=_clean(remark))


def _block(block: object, who: str) -> Iterator[Item]:
    match block:
        case Text(text=text) if text.strip():
            yield Said(who=_clean(who), text=_clean(text))
        case Thinking(text=text) if text.strip():
            yield Thought(who=_clean(who), text=_clean(text))
        case ToolCall(name=name, input=input):
            text = json.dumps(dict(input), indent=2, ensure_ascii=False, default=str)
            yield Called(who=_clean(who), name=_clean(name), input=_clean(text))
        case ToolResult(content=content, media=media, is_error=is_error):
            yield Answered(text=_clean(content), is_error=is_error)
            yield from (item for each in media for item in _block(each, who))
        case Image(media_type=media_type, data=data):
            yield Shown(media_type=_clean(media_type), data=data)
        case Audio(format=sound, data=data):
            yield Shown(media_type=f"audio/{_clean(sound)}", data=data)
        case _:
            return


def _remark(envelope: Envelope) -> str:
    match envelope.event:
        case Notice(text=text):
            return text
        case ContextSummarized(summary=summary) if summary:
            return f"From here on the model knew what came before as this summary:\n{summary}"
        case RunFailed(error=error):
            return f"The run failed: {error}"
        case RunInterrupted(reason=reason):
            return f"The run was interrupted: {reason}"
        case event:
            return _of_command(event)


def _of_command(event: Event) -> str:
    match event:
        case CommandStarted(command=command):
            return f"A person ran: {command}"
        case CommandEnded() as end:
            return f"That has ended: {_end(end)}"
        case JobStarted(id=id, command=command):
            return f"{id} goes on in the background: {command}"
        case JobEnded(id=id) as end:
            return f"{id} has ended in the background: {_end(end)}"
        case _:
            return ""


def _end(end: JobEnded | CommandEnded) -> str:
    """How a command ended, and what it wrote, or the last of it."""
    match end.how:
        case "exited":
            how = f"exit code {end.exit_code}"
        case "stopped":
            how = f"stopped by {'the model' if isinstance(end, JobEnded) and end.by == 'model' else 'a person'}"
        case "closed":
            how = "stopped with the session"
        case "lost":
            how = "lost with the process that it belonged to"
    return f"{how}\n{end.output}".rstrip()


def _clean(text: str) -> str:
    """`text` without what could steer a terminal or break a file: control characters and half characters."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", storable(text.replace("\r\n", "\n")))
