"""Tasks as rows, and back."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.tasks.types import Request, State, Task
from heartbit_tui.wire.read import InvalidError, parse_timestamp
from heartbit_tui.wire.write import storable, timestamp

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""What stands for a time that nobody knows any more."""

USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "reasoning_tokens",
)
"""The columns of what a task has used, which are also the fields of `Usage`."""

_REQUEST = (
    "task",
    "source",
    "user_id",
    "tenant_id",
    "key",
    "priority",
    "deadline",
    "folder",
    "wanted_session",
    "tools",
    "silent",
    "story_id",
    "trust_level",
    "max_cost_usd",
    "max_tokens",
    "max_calls",
)
_COLUMNS = (
    *("id", *_REQUEST, "state", "created", "started", "ended", "result", "error", *USAGE),
    *("tool_calls", "cost_usd", "session", "first_seq", "last_seq", "attempts", "owner", "cancelling"),
)
SELECT = f"SELECT {', '.join(_COLUMNS)} FROM tasks"
_INSERT = (
    f"INSERT INTO tasks (id, {', '.join(_REQUEST)}, state, created) "
    f"VALUES ({', '.join('?' for _ in _REQUEST)}, ?, 'pending', ?) ON CONFLICT DO NOTHING"
)


def insert(connection: sqlite3.Connection, task_id: str, request: Request, now: datetime) -> bool:
    """Add a task that waits; whether it is new: one with its key, or its id, may be there already."""
    tools = "" if request.tools is None else json.dumps(request.tools)
    given = (
        *(task_id, storable(request.task), storable(request.source), request.user_id, request.tenant_id),
        *(storable(request.key), request.priority),
        *(moment(request.deadline), request.folder, request.session, tools, request.silent),
        *(request.story_id, request.trust_level),
        *(request.max_cost_usd, request.max_tokens, request.max_calls, timestamp(now)),
    )
    return connection.execute(_INSERT, given).rowcount == 1


def select(
    connection: sqlite3.Connection, rest: str, given: Sequence[object] | Mapping[str, object] = ()
) -> list[Task]:
    """The tasks that the rest of a query finds."""
    found = connection.execute(f"{SELECT} {rest}", cast("Any", given))
    return [_task(dict(zip(_COLUMNS, row, strict=True))) for row in found]


def one(connection: sqlite3.Connection, task_id: str) -> Task | None:
    """The task with this id."""
    return next(iter(select(connection, "WHERE id = ?", (task_id,))), None)


def used(tokens: Sequence[int]) -> Usage:
    """The usage of these columns."""
    return Usage(**dict(zip(USAGE, tokens, strict=True)))


def time_of(text: str) -> datetime | None:
    """A time that is kept; None for none, and for what is none."""
    with suppress(InvalidError):
        return parse_timestamp(text) if text else None
    return None


def moment(at: datetime | None) -> str:
    """A time as it is kept; empty for none."""
    return timestamp(at) if at else ""


def unreadable(connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """The columns of a row that are damaged, so that nobody knows what they said; none where all can be read."""
    columns = ("deadline", "created", "started", "ended", "tools")
    row = connection.execute(f"SELECT {', '.join(columns)} FROM tasks WHERE number = ?", (number,)).fetchone()
    *times, tools = zip(columns, row, strict=True)
    damaged = [name for name, text in times if text and time_of(text) is None]
    return (*damaged, *([tools[0]] if tools[1] and _tools(tools[1]) is None else ()))


def _task(row: dict[str, Any]) -> Task:
    """A row as a task; of what is damaged in it nothing is said, and no tool is taken for one that was allowed."""
    return Task(
        id=row["id"],
        request=Request(
            deadline=time_of(row["deadline"]),
            session=row["wanted_session"],
            tools=(_tools(row["tools"]) or ()) if row["tools"] else None,
            **{name: row[name] for name in _REQUEST if name not in ("deadline", "wanted_session", "tools")},
        ),
        state=cast("State", row["state"]),
        created=time_of(row["created"]) or BEGINNING,
        started=time_of(row["started"]),
        ended=time_of(row["ended"]),
        usage=used([row[name] for name in USAGE]),
        cancelling=bool(row["cancelling"]),
        **{
            name: row[name]
            for name in ("result", "error", "tool_calls", "cost_usd", "session", "first_seq", "last_seq")
        },
        **{name: row[name] for name in ("attempts", "owner")},
    )


def _tools(text: str) -> tuple[str, ...] | None:
    """The names of tools; None for what is no list of names."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    names = cast("list[object]", found) if isinstance(found, list) else [None]
    return tuple(map(str, names)) if all(isinstance(each, str) for each in names) else None
