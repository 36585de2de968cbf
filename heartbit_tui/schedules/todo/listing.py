"""The list in words, for a model and for a person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from heartbit_tui.kernel.todos import Status
from heartbit_tui.schedules.todo.entries import Entry, order
from heartbit_tui.schedules.todo.store import Listed

ICONS: Mapping[Status, str] = MappingProxyType(
    {
        Status.PENDING: "[ ]",
        Status.IN_PROGRESS: "[>]",
        Status.COMPLETED: "[x]",
        Status.CANCELLED: "[-]",
        Status.FAILED: "[!]",
        Status.BLOCKED: "[B]",
    }
)
EMPTY = "No items in the todo list."
NOTHING = "No actionable items."


def full(listed: Listed, now: datetime) -> str:
    """All entries, what is to be done first standing first."""
    lines = [line for entry in order(listed.entries, now) for line in told(entry, now)] or [EMPTY]
    if listed.reviewed is not None:
        lines.append(f"Last reviewed: {age(now - listed.reviewed)} ago")
    return "\n".join(lines)


def open_ones(entries: Sequence[Entry], now: datetime) -> str:
    """What there is to do now, and how many others there are."""
    doable = [entry for entry in order(entries, now) if entry.actionable(now)]
    lines = [line for entry in doable for line in told(entry, now)] or [NOTHING]
    counts = Counter(entry.status for entry in entries)
    completed, cancelled = counts[Status.COMPLETED], counts[Status.CANCELLED]
    if completed or cancelled:
        parts = [f"{number} {word}" for number, word in ((completed, "completed"), (cancelled, "cancelled")) if number]
        lines.append(f"{', '.join(parts)} (todo_manage with the action list shows them)")
    snoozed = sum(entry.snoozed(now) and not entry.actionable(now) for entry in entries)
    if snoozed:
        lines.append(f"{snoozed} item{'' if snoozed == 1 else 's'} snoozed")
    return "\n".join(lines)


def told(entry: Entry, now: datetime) -> Iterator[str]:
    """An entry in a line, and its description below."""
    yield f"- {ICONS[entry.status]} [{entry.priority}] {_flat(entry.title)} ({', '.join(_facts(entry, now))})"
    if entry.description:
        yield from (f"  {line}" for line in entry.description.splitlines())


def age(span: timedelta) -> str:
    """How long ago something was: `3d`, `5h` or `12m`."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)}d"
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"


def _facts(entry: Entry, now: datetime) -> Iterator[str]:
    yield f"id: {_flat(entry.id)}"
    yield f"age: {age(now - entry.created_at)}"
    yield f"src: {_flat(entry.source)}"
    if entry.due_at is not None:
        yield f"due: {entry.due_at:%Y-%m-%d %H:%M}{' OVERDUE' if entry.overdue(now) else ''}"
    if entry.attempt_count:
        yield f"attempts: {entry.attempt_count}"
    if entry.tags:
        yield f"tags: {_flat(','.join(entry.tags))}"
    if entry.snoozed_until is not None and entry.snoozed(now):
        yield f"snoozed until: {entry.snoozed_until:%Y-%m-%d %H:%M}"


def _flat(text: str) -> str:
    return " ".join(text.split())
