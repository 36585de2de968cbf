"""The tool with which a model keeps the list of what is to be done while nobody looks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, field_validator

from heartbit_tui.kernel.protocols import CallContext, Clock, Effects, Output, Touch
from heartbit_tui.kernel.todos import Priority, Status
from heartbit_tui.schedules.todo.entries import Entry, TodoError, moment
from heartbit_tui.schedules.todo.listing import full
from heartbit_tui.schedules.todo.store import Entries, Todos
from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable

LONGEST_SNOOZE = 24 * 366
"""Hours; a year."""

_CHANGES = frozenset({"title", "description", "priority", "status", "tags", "due_at", "result", "snoozed_until"})
_CLEARED: Mapping[str, Any] = MappingProxyType(
    {"description": "", "result": "", "tags": (), "due_at": None, "snoozed_until": None}
)


class Manage(Arguments):
    """What to do with the list."""

    action: Literal["add", "update", "remove", "snooze", "list"] = Field(description="What to do.")
    id: str = Field("", description="The entry's id; for update, remove and snooze.")
    title: str | None = Field(None, max_length=300, description="What is to be done, in a few words; for add.")
    description: str | None = Field(None, max_length=8_000, description="Whatever helps to do it.")
    priority: Priority | None = Field(None, description="How much it matters; medium without.")
    status: Status | None = Field(None, description="How far it is; for update.")
    tags: tuple[str, ...] | None = Field(None, max_length=20, description="Labels.")
    due_at: datetime | None = Field(None, description="When it has to be done, such as 2026-05-04T09:00:00Z.")
    result: str | None = Field(None, max_length=8_000, description="What came of it.")
    source: str = Field("self", max_length=100, description="Whose wish it is; for add.")
    hours: float = Field(24, description="For how long to snooze; parts of an hour are possible.")
    snoozed_until: datetime | None = Field(None, description="Until when it waits; null wakes it. For update.")

    @field_validator("due_at", "snoozed_until", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        return moment(value) if isinstance(value, str) else value


class TodoManage(TypedTool[Manage]):
    """Adds, changes, removes, snoozes and lists entries."""

    name = "todo_manage"
    effects = Effects.WRITE
    arguments = Manage

    def __init__(self, todos: Todos, clock: Clock) -> None:
        self._todos = todos
        self._clock = clock

    def reach(self, given: Manage) -> tuple[Touch, ...]:
        """The file that the list is written out to."""
        return (Touch(kind="read" if given.action == "list" else "write", what=str(self._todos.path)),)

    def objection(self, given: Manage) -> str:
        """What the action needs and was not given."""
        if given.action == "add" and not (given.title or "").strip():
            return "todo_manage needs `title` for the action add."
        if given.action in ("update", "remove", "snooze") and not given.id.strip():
            return f"todo_manage needs `id` for the action {given.action}."
        if given.action == "snooze" and not 0 < given.hours <= LONGEST_SNOOZE:
            return f"todo_manage takes `hours` above 0 and up to {LONGEST_SNOOZE}, not {given.hours:g}."
        if given.action == "update" and not given.model_fields_set & _CHANGES:
            return f"todo_manage has nothing to update: give one of {', '.join(sorted(_CHANGES))}."
        return ""

    async def act(self, given: Manage, context: CallContext) -> Output:
        """Do it, and tell the id."""
        now = self._clock.now()
        try:
            if given.action == "list":
                listed = await self._todos.listed()
                return Output(content=full(listed, now), details={"todos": len(listed.entries)})
            said, name = await self._todos.change(lambda entries: _changed(entries, given, now, self._todos.fresh()))
        except TodoError as error:
            raise Unable(str(error)) from error
        return Output(content=said, details={"todo": name})


def _changed(entries: Entries, given: Manage, now: datetime, fresh: str) -> tuple[str, str]:
    """Change the entries; what to say of it, and the id. Raises `TodoError`."""
    if given.action == "add":
        entry = _new(given, now, fresh)
        entries[entry.id] = entry
        return f"Added todo entry {entry.id}", entry.id
    entry = entries.get(given.id.strip())
    if entry is None:
        raise TodoError(f"There is no todo entry {given.id!r}; the action list shows the ids.")
    if given.action == "remove":
        del entries[entry.id]
        return f"Removed todo entry {entry.id}", entry.id
    if given.action == "snooze":
        until = now + timedelta(hours=given.hours)
        entries[entry.id] = replace(entry, snoozed_until=until, updated_at=now)
        return f"Snoozed todo entry {entry.id} until {until:%Y-%m-%d %H:%M} UTC", entry.id
    entries[entry.id] = replace(entry, **_fields(given), updated_at=now)
    return f"Updated todo entry {entry.id}", entry.id


def _new(given: Manage, now: datetime, fresh: str) -> Entry:
    return Entry(
        id=fresh,
        title=(given.title or "").strip(),
        description=given.description or "",
        priority=given.priority or Priority.MEDIUM,
        status=given.status or Status.PENDING,
        tags=given.tags or (),
        due_at=given.due_at,
        snoozed_until=given.snoozed_until,
        source=given.source.strip() or "self",
        created_at=now,
        updated_at=now,
    )


def _fields(given: Manage) -> dict[str, Any]:
    """What an update changes: null clears a field that may be empty, and leaves any other as it is."""
    found: dict[str, Any] = {}
    for name in given.model_fields_set & _CHANGES:
        value = getattr(given, name)
        if value is not None and value != "":
            found[name] = value
        elif name in _CLEARED:
            found[name] = _CLEARED[name]
    return found
