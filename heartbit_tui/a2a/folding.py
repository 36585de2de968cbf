"""What an agent says, event by event, as one reply: its state, its words, its task; pure and bounded."""

import json
from collections.abc import Iterable
from typing import Any

from heartbit_tui.a2a.plain import visible
from heartbit_tui.a2a.types import RESTING, Reply, State

MOST_TEXT = 200_000
"""Characters of a reply that are kept."""

MOST_WORD = 300
MOST_ID = 200
MOST_ARTIFACTS = 200
STATES: tuple[State, ...] = (
    "unknown",
    "submitted",
    "working",
    "completed",
    "failed",
    "canceled",
    "input-required",
    "rejected",
    "auth-required",
)
"""In the order of the protocol's numbers."""

CUT = "\n… (cut: the agent said more than {most:,} characters)"


class Folded:
    """Takes what the SDK gives, in the order in which it came."""

    def __init__(self) -> None:
        self._state: State = "unknown"
        self._said = ""
        self._said_in: State = "unknown"
        self._message = ""
        self._artifacts: dict[str, str] = {}
        self._size = 0
        self._task = self._context = ""

    def take(self, event: Any) -> str:
        """Take in an event of a stream, or its like; a word about how far the agent is."""
        kind = event.WhichOneof("payload")
        match kind:
            case "message":
                self._ids(event.message.task_id, event.message.context_id)
                self._message = _text(event.message.parts)
                self._state = "completed"
                return ""
            case "task":
                return self.whole(event.task)
            case "status_update":
                update = event.status_update
                self._ids(update.task_id, update.context_id)
                return self._status(update.status)
            case "artifact_update":
                update = event.artifact_update
                self._ids(update.task_id, update.context_id)
                self._artifact(update.artifact, append=update.append)
                return _word(_text(update.artifact.parts) or update.artifact.name)
            case _:
                return ""

    def whole(self, task: Any) -> str:
        """Take in a task as it stands."""
        self._ids(task.id, task.context_id)
        for each in list(task.artifacts)[:MOST_ARTIFACTS]:
            self._artifact(each, append=False)
        return self._status(task.status)

    @property
    def reply(self) -> Reply:
        """All of it so far: what was made, then what was said last.

        What was said on the way is no part of it, unless it is all there is.
        """
        made = [part for part in (*self._artifacts.values(), self._message) if part.strip()]
        counts = self._state in RESTING and (self._said_in == self._state or not made)
        parts = [*made, *([self._said] if counts else [])]
        text = "\n\n".join(dict.fromkeys(part for part in parts if part.strip()))
        cut = text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + CUT.format(most=MOST_TEXT)
        return Reply(state=self._state, text=cut, task_id=self._task, context_id=self._context)

    def _ids(self, task: str, context: str) -> None:
        self._task = _id(task) or self._task
        self._context = _id(context) or self._context

    def _status(self, status: Any) -> str:
        number = int(status.state)
        self._state = STATES[number] if 0 < number < len(STATES) else self._state
        said = _text(status.message.parts)
        if said:
            self._said, self._said_in = said, self._state
        return _word(said) or self._state

    def _artifact(self, artifact: Any, *, append: bool) -> None:
        name = str(artifact.artifact_id)[:MOST_ID]
        if name not in self._artifacts and len(self._artifacts) >= MOST_ARTIFACTS:
            return
        before = self._artifacts.get(name, "") if append else ""
        room = MOST_TEXT + 1 - (self._size - len(self._artifacts.get(name, "")) + len(before))
        after = before + _text(artifact.parts)[: max(0, room)]
        self._size += len(after) - len(self._artifacts.get(name, ""))
        self._artifacts[name] = after


def _text(parts: Iterable[Any]) -> str:
    """Text as it stands, since an agent may cut it anywhere; all else on lines of its own."""
    found = ""
    after_text = True
    for is_text, text in map(_part, parts):
        found += text if found == "" or (is_text and after_text) else f"\n{text}"
        after_text = is_text
    return visible(found)


def _part(part: Any) -> tuple[bool, str]:
    """Whether it is text, and what it says."""
    match part.WhichOneof("content"):
        case "raw" | "url":
            name = part.filename or part.url or part.media_type or "unnamed"
            return False, f"[file: {name[:MOST_WORD]}]"
        case "data":
            return False, _data(part.data)
        case _:
            return True, str(part.text)


def _data(value: Any) -> str:
    try:
        return json.dumps(_plain(value), ensure_ascii=False)
    except (ValueError, RecursionError):
        return "[data]"


def _plain(value: Any) -> Any:
    """A protocol buffer's value as JSON has it."""
    match value.WhichOneof("kind"):
        case "struct_value":
            return {name: _plain(each) for name, each in value.struct_value.fields.items()}
        case "list_value":
            return [_plain(each) for each in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number == number // 1 else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def _id(text: str) -> str:
    """An id as it can be told and sent back; empty for one that is none."""
    return text if text.isprintable() and len(text) <= MOST_ID else ""


def _word(text: str) -> str:
    return " ".join(text.split())[:MOST_WORD]
