"""The tasks that changed last, page by page; a page begins where another ended, whatever came meanwhile."""

import re
import sqlite3
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tasks import rows
from heartbit_tui.tasks.grouping import Database
from heartbit_tui.tasks.types import ALL, Sight, State, Task
from heartbit_tui.wire.write import timestamp

CHANGED: Final = "max(created, started, ended)"
"""When a task came to stand as it does, as far as that is kept; times are texts that sort."""

PLACE: Final = re.compile(r"([0-9]{1,16})-([0-9]{1,15})")
"""The end of a page: microseconds since 1970 and a number."""

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks are wanted; what is empty asks for nothing.

    `session` is where they are done, or will be. Of those that run, `asking` names sessions in which something waits for
    a person; `asks` wants these alone, or all others. `since` is the earliest change, `after` the end of a page.
    """

    session: str = ""
    states: tuple[State, ...] = ()
    asking: tuple[str, ...] = ()
    asks: bool | None = None
    since: datetime | None = None
    limit: int = 50
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A page, how many tasks there are on all pages, and the end of this one; empty where it is the last."""

    tasks: tuple[Task, ...]
    total: int
    next: str = ""


class Recent:
    """Looks through the tasks in the data file; everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: Wanted, sight: Sight = ALL) -> Newest:
        """Tasks, the last that changed first. Raises `ValueError` for an `after` that is no end of a page."""
        conditions = list(_conditions(wanted, sight))
        place = _place(wanted.after)

        def operation(connection: sqlite3.Connection) -> Newest:
            where, given = _where(conditions)
            total = connection.execute(f"SELECT count(*) FROM tasks{where}", given).fetchone()[0]
            where, given = _where([*conditions, *place])
            rest = f"{where} ORDER BY {CHANGED} DESC, number DESC LIMIT ?"
            found = rows.select(connection, rest, (*given, wanted.limit + 1))
            tasks = tuple(found[: wanted.limit])
            more = len(found) > wanted.limit
            return Newest(tasks=tasks, total=total, next=_end(connection, tasks[-1]) if more else "")

        return await self._database.read(operation)

    async def all_in(self, sessions: Collection[str]) -> bool:
        """Whether each of these sessions is one of a task."""
        names = tuple(sessions)
        asked = f"SELECT count(DISTINCT session) FROM tasks WHERE session IN ({_places(names)})"
        found = await self._database.read(lambda connection: connection.execute(asked, names).fetchone())
        return found[0] == len(names)


def changed(task: Task) -> datetime:
    """When a task came to stand as it does."""
    return max(filter(None, (task.created, task.started, task.ended)))


_Condition = tuple[str, tuple[object, ...]]


def _conditions(wanted: Wanted, sight: Sight) -> Iterator[_Condition]:
    if sight.tenant_id is not None:
        yield "tenant_id = ?", (sight.tenant_id,)
    if sight.user_id is not None:
        yield "user_id = ?", (sight.user_id,)
    if wanted.session:
        yield "(session = ? OR wanted_session = ?)", (wanted.session, wanted.session)
    if wanted.states:
        yield f"state IN ({_places(wanted.states)})", wanted.states
    if wanted.asks is not None:
        inside = "IN" if wanted.asks else "NOT IN"
        yield f"(state != 'running' OR session {inside} ({_places(wanted.asking)}))", wanted.asking
    if wanted.since is not None:
        yield f"{CHANGED} >= ?", (timestamp(wanted.since),)


def _place(after: str) -> list[_Condition]:
    """The condition for what stands behind the end of a page."""
    if not after:
        return []
    found = PLACE.fullmatch(after)
    if found is None:
        raise ValueError(after)
    at = timestamp(BEGINNING + timedelta(microseconds=int(found[1])))
    return [(f"({CHANGED}, number) < (?, ?)", (at, int(found[2])))]


def _end(connection: sqlite3.Connection, task: Task) -> str:
    number = connection.execute("SELECT number FROM tasks WHERE id = ?", (task.id,)).fetchone()[0]
    return f"{(changed(task) - BEGINNING) // timedelta(microseconds=1)}-{number}"


def _where(conditions: list[_Condition]) -> tuple[str, tuple[object, ...]]:
    text = " AND ".join(each for each, _ in conditions)
    return (f" WHERE {text}" if text else ""), tuple(value for _, given in conditions for value in given)


def _places(values: tuple[str, ...]) -> str:
    return ", ".join("?" for _ in values)
