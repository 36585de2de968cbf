"""One thing that is to be done, and its form in TODO.json, which is the seed's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject, empty_object
from heartbit_tui.kernel.todos import Priority, Status

_Word = TypeVar("_Word", bound=StrEnum)


OVER = frozenset({Status.COMPLETED, Status.CANCELLED})


class TodoError(HeartbitError):
    """The list of what is to be done has no such form or entry; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to do. Times are in UTC; `other` has what a person or another program wrote beside it, unchanged."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    status: Status = Status.PENDING
    priority: Priority = Priority.MEDIUM
    source: str = ""
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    result: str = ""
    tags: tuple[str, ...] = ()
    attempt_count: int = 0
    daemon_task_id: str = ""
    other: JsonObject = field(default_factory=empty_object)

    def actionable(self, now: datetime) -> bool:
        """Whether there is something to do about it now."""
        return self.status not in OVER and not self.snoozed(now)

    def overdue(self, now: datetime) -> bool:
        """Whether it had to be done by now."""
        return self.due_at is not None and self.due_at <= now

    def snoozed(self, now: datetime) -> bool:
        """Whether it waits for a later time."""
        return self.snoozed_until is not None and self.snoozed_until > now


def read(value: object, where: str, now: datetime, new_id: Callable[[], str]) -> Entry:
    """An entry of TODO.json; what a person leaves out is filled in. Raises `TodoError`, which names `where` it is."""
    if not isinstance(value, Mapping):
        raise TodoError(f"{where} is no object")
    given = dict(cast("Mapping[str, Any]", value))
    title = _text(given, "title", where).strip()
    if not title:
        raise TodoError(f"{where}.title is missing")
    created = _time(given, "created_at", where) or now
    return Entry(
        id=_text(given, "id", where) or new_id(),
        title=title,
        created_at=created,
        updated_at=_time(given, "updated_at", where) or created,
        description=_text(given, "description", where),
        status=_word(given, "status", where, Status.PENDING),
        priority=_word(given, "priority", where, Priority.MEDIUM),
        source=_text(given, "source", where) or "file",
        due_at=_time(given, "due_at", where),
        snoozed_until=_time(given, "snoozed_until", where),
        result=_text(given, "result", where),
        tags=_tags(given, where),
        attempt_count=_count(given, where),
        daemon_task_id=_text(given, "daemon_task_id", where),
        other=given,
    )


def write(entry: Entry) -> JsonObject:
    """An entry as TODO.json has it; what it has not is left out."""
    told: dict[str, Any] = {"id": entry.id, "title": entry.title}
    texts = {"description": entry.description, "result": entry.result, "daemon_task_id": entry.daemon_task_id}
    times = {"due_at": entry.due_at, "snoozed_until": entry.snoozed_until}
    told |= {"status": entry.status.value, "priority": entry.priority.value}
    told |= {"created_at": shown(entry.created_at), "updated_at": shown(entry.updated_at), "source": entry.source}
    told |= {name: shown(time) for name, time in times.items() if time is not None}
    told |= {name: text for name, text in texts.items() if text}
    return {**told, "tags": list(entry.tags), "attempt_count": entry.attempt_count, **entry.other}


def shown(time: datetime) -> str:
    """A time as it is written: `2026-05-04T09:00:00Z`."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The time that a text means, UTC where it names no zone. Raises `ValueError` with a sentence."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:60]!r} is no time: write one such as 2026-05-04T09:00:00Z") from error


def order(entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """What is to be done first stands first: what is open, what is overdue, what matters, what is due, what is old."""
    ranks = list(Priority)
    last = datetime.max.replace(tzinfo=UTC)

    def rank(entry: Entry) -> tuple[bool, bool, int, datetime, datetime]:
        due = entry.due_at or last
        return (not entry.actionable(now), not entry.overdue(now), ranks.index(entry.priority), due, entry.created_at)

    return tuple(sorted(entries, key=rank))


def _text(given: dict[str, Any], name: str, where: str) -> str:
    value = given.pop(name, None)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TodoError(f"{where}.{name} is no text")
    return value


def _time(given: dict[str, Any], name: str, where: str) -> datetime | None:
    text = _text(given, name, where)
    try:
        return moment(text) if text else None
    except ValueError as error:
        raise TodoError(f"{where}.{name}: {error}") from error


def _word(given: dict[str, Any], name: str, where: str, usual: _Word) -> _Word:
    text = _text(given, name, where)
    known = type(usual)
    if text and text not in list(known):
        raise TodoError(f"{where}.{name} {text[:60]!r} is none of {', '.join(known)}")
    return known(text) if text else usual


def _tags(given: dict[str, Any], where: str) -> tuple[str, ...]:
    value = cast("object", given.pop("tags", None) or [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in cast("list[object]", value)):
        raise TodoError(f"{where}.tags is no list of texts")
    return tuple(cast("list[str]", value))


def _count(given: dict[str, Any], where: str) -> int:
    value = given.pop("attempt_count", None) or 0
    if not isinstance(value, int):
        raise TodoError(f"{where}.attempt_count is no whole number")
    return value
