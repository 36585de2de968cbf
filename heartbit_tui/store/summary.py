"""What the index knows of a session: a fold of its log."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    ModelCalled,
    ModelChanged,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SessionStarted,
    ToolAnswered,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.wire.write import timestamp

TITLE_LETTERS = 80

State: TypeAlias = Literal["open", "ended", "crashed"]
"""Open: some process writes it now. Crashed: its last run has no end, and nobody is left to write one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A session in a line. `open_run` is the run that has not ended, `unpriced` the model calls of unknown price.

    The field names are the columns of the table `sessions`; times are as `wire.write.timestamp` writes them.
    """

    title: str = ""
    renamed: bool = False
    cwd: str = ""
    provider: str = ""
    model: str = ""
    parent: str = ""
    parent_seq: int = 0
    created: str = ""
    updated: str = ""
    turns: int = 0
    messages: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    size: int = 0
    last_seq: int = 0
    open_run: str = ""
    open_agent: str = ""


def summarise(log: Iterable[Envelope], summary: Summary | None = None) -> Summary:
    """The summary of a log, or of what came after `summary`; `size` is left to who knows the rows."""
    result = summary or Summary()
    for envelope in log:
        result = _counted(_placed(result, envelope), envelope)
    return result


def prompt_of(envelope: Envelope) -> str:
    """The words that a person typed, empty for every other event."""
    event = envelope.event
    if not isinstance(event, UserMessage) or event.origin == "heartbit":
        return ""
    return "".join(block.text for block in event.message.content if isinstance(block, Text))


def _placed(summary: Summary, envelope: Envelope) -> Summary:
    at = timestamp(envelope.at)
    last = max(summary.last_seq, envelope.seq)
    return replace(summary, created=summary.created or at, updated=at, last_seq=last)


def _counted(summary: Summary, envelope: Envelope) -> Summary:
    match envelope.event:
        case UserMessage():
            title = summary.title or _title(prompt_of(envelope))
            return replace(summary, title=title, messages=summary.messages + 1)
        case AssistantMessage() | ToolAnswered():
            return replace(summary, messages=summary.messages + 1)
        case TurnStarted():
            return replace(summary, turns=summary.turns + 1)
        case ModelCalled(cost_usd=None):
            return replace(summary, unpriced=summary.unpriced + 1)
        case ModelCalled(cost_usd=float() | int() as cost):
            return replace(summary, cost_usd=summary.cost_usd + cost)
        case RunStarted() if not summary.open_run:
            return replace(summary, open_run=envelope.run or "run", open_agent=envelope.agent)
        case RunCompleted() | RunFailed() | RunInterrupted() if envelope.agent == summary.open_agent:
            return replace(summary, open_run="", open_agent="")
        case _:
            return _described(summary, envelope)


def _described(summary: Summary, envelope: Envelope) -> Summary:
    match envelope.event:
        case SessionStarted() as event:
            return replace(
                summary,
                cwd=event.cwd,
                provider=event.provider,
                model=event.model,
                parent=event.parent,
                parent_seq=event.parent_seq,
            )
        case SessionRenamed(title=title):
            return replace(summary, title=title, renamed=True)
        case ModelChanged(provider=provider, model=model):
            return replace(summary, provider=provider, model=model)
        case _:
            return summary


def _title(prompt: str) -> str:
    line = next((line.strip() for line in prompt.splitlines() if line.strip()), "")
    return line if len(line) <= TITLE_LETTERS else line[: TITLE_LETTERS - 1].rstrip() + "…"
