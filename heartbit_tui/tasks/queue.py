"""The queue of tasks: what is accepted is never lost, and nothing is begun twice."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.tasks import choosing, rows
from heartbit_tui.tasks.grouping import Database, Grouped
from heartbit_tui.tasks.types import ALL, ENDED, Outcome, Request, Sight, State, Stats, Task
from heartbit_tui.wire.write import timestamp

LOST = "heartbit was stopped while this task was at work."
CANCELLED = "It was cancelled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the tasks that were asked for, newest first, and how many there are."""

    tasks: tuple[Task, ...]
    total: int


class CommandQueue(Protocol):
    """Where tasks wait, and how each stands. What a method has returned is durable; everything raises `StoreError`.

    An `owner` is a daemon at work; whether one lives is known to who made the queue.
    """

    async def accept(self, request: Request) -> Task:
        """Take a task in; the one that its user has handed over with the same key, where there is one."""
        ...

    async def claim(self, owner: str, session: Callable[[], str]) -> Task | None:
        """Begin the next task: it is running, in the session that it names or else in the one that `session` names."""
        ...

    async def begun(self, task_id: str, owner: str, seq: int) -> int:
        """Keep after which seq of its session a task begins, unless that is known; the seq that is kept."""
        ...

    async def end(self, outcome: Outcome, owner: str) -> bool:
        """Keep what came of a task that the owner has at work, in all its attempts; whether it still had it.

        One whose outcome is `pending` waits for its next attempt.
        """
        ...

    async def cancel(self, task_id: str) -> State | None:
        """Stop a task: one that waits or was interrupted is `cancelled`, one at work is asked to stop (`running`).

        One that has ended stays as it is. None where there is no such task.
        """
        ...

    async def asked_to_stop(self, owner: str) -> tuple[str, ...]:
        """The tasks that the owner has at work and that were asked to stop."""
        ...

    async def abandoned(self) -> tuple[Task, ...]:
        """The tasks at work whose daemon lives no more; they are interrupted now."""
        ...

    async def note(self, task_id: str, text: str) -> None:
        """Say why an interrupted task waits for a person."""
        ...

    async def again(self, task_id: str) -> bool:
        """Let an interrupted task wait for its next attempt; whether it was interrupted."""
        ...

    async def get(self, task_id: str) -> Task | None:
        """The task with this id."""
        ...

    async def page(
        self,
        sight: Sight = ALL,
        *,
        source: str = "",
        state: str = "",
        session: str = "",
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        """Tasks, newest first."""
        ...

    async def stats(self, sight: Sight = ALL) -> Stats:
        """How many there are, and what they used."""
        ...

    async def waits(self) -> bool:
        """Whether any task waits."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget the tasks that ended before this; how many these were."""
        ...


class SqliteQueue:
    """A `CommandQueue` in the one data file, which several daemons may share.

    `lives` tells whether the daemon with this name still runs; it is asked in a thread.
    """

    def __init__(self, database: Database, clock: Clock, lives: Callable[[str], bool]) -> None:
        self._database = database
        self._grouped = Grouped(database)
        self._clock = clock
        self._lives = lives

    async def close(self) -> None:
        """Wait until all is written."""
        await self._grouped.close()

    async def accept(self, request: Request) -> Task:
        task_id, now = str(uuid4()), self._clock.now()

        def operation(connection: sqlite3.Connection) -> Task:
            if rows.insert(connection, task_id, request, now):
                return _found(rows.one(connection, task_id))
            same = "WHERE tenant_id = ? AND user_id = ? AND key = ?"
            return rows.select(connection, same, (request.tenant_id, request.user_id, request.key))[0]

        return await self._grouped.write(operation)

    async def claim(self, owner: str, session: Callable[[], str]) -> Task | None:
        now = self._clock.now()

        def operation(connection: sqlite3.Connection) -> Task | None:
            choosing.drop_late(connection, now)
            number = choosing.next_number(connection)
            if number is None:
                return None
            connection.execute(
                "UPDATE tasks SET state = 'running', owner = ?, attempts = attempts + 1, cancelling = 0, "
                "started = CASE started WHEN '' THEN ? ELSE started END, "
                "session = CASE WHEN session != '' THEN session WHEN wanted_session != '' THEN wanted_session ELSE ? END "
                "WHERE number = ?",
                (owner, timestamp(now), session(), number),
            )
            return rows.select(connection, "WHERE number = ?", (number,))[0]

        return await self._grouped.write(operation)

    async def begun(self, task_id: str, owner: str, seq: int) -> int:
        def operation(connection: sqlite3.Connection) -> int:
            first = "UPDATE tasks SET first_seq = ? WHERE id = ? AND owner = ? AND first_seq IS NULL"
            connection.execute(first, (seq, task_id, owner))
            task = rows.one(connection, task_id)
            return seq if task is None or task.first_seq is None else task.first_seq

        return await self._grouped.write(operation)

    async def end(self, outcome: Outcome, owner: str) -> bool:
        ended = timestamp(self._clock.now()) if outcome.state in ENDED else ""
        told = "result" if outcome.state == "completed" else "error"
        usage: dict[str, int] = asdict(outcome.usage)
        spent = ", ".join(f"{name} = ?" for name in rows.USAGE)

        def operation(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(
                f"UPDATE tasks SET state = ?, {told} = ?, ended = ?, {spent}, tool_calls = ?, cost_usd = ?, last_seq = ?, "
                "owner = CASE ? WHEN 1 THEN owner ELSE '' END "
                "WHERE id = ? AND state = 'running' AND owner = ?",
                (
                    *(outcome.state, outcome.text, ended, *(usage[name] for name in rows.USAGE)),
                    *(
                        outcome.tool_calls,
                        outcome.cost_usd,
                        outcome.last_seq,
                        outcome.state in ENDED,
                        outcome.id,
                        owner,
                    ),
                ),
            )
            return changed.rowcount == 1

        return await self._grouped.write(operation)

    async def cancel(self, task_id: str) -> State | None:
        now = timestamp(self._clock.now())

        def operation(connection: sqlite3.Connection) -> State | None:
            connection.execute(
                "UPDATE tasks SET state = 'cancelled', error = ?, ended = ? "
                "WHERE id = ? AND state IN ('pending', 'interrupted')",
                (CANCELLED, now, task_id),
            )
            connection.execute("UPDATE tasks SET cancelling = 1 WHERE id = ? AND state = 'running'", (task_id,))
            task = rows.one(connection, task_id)
            return task.state if task else None

        return await self._grouped.write(operation)

    async def asked_to_stop(self, owner: str) -> tuple[str, ...]:
        def operation(connection: sqlite3.Connection) -> tuple[str, ...]:
            asked = "SELECT id FROM tasks WHERE state = 'running' AND owner = ? AND cancelling"
            return tuple(str(row[0]) for row in connection.execute(asked, (owner,)))

        return await self._database.read(operation)

    async def abandoned(self) -> tuple[Task, ...]:
        def owners(connection: sqlite3.Connection) -> list[str]:
            return [row[0] for row in connection.execute("SELECT DISTINCT owner FROM tasks WHERE state = 'running'")]

        at_work = await self._database.read(owners)
        dead = await asyncio.to_thread(lambda: [each for each in at_work if not self._lives(each)])
        if not dead:
            return ()

        def operation(connection: sqlite3.Connection) -> tuple[Task, ...]:
            places = ", ".join("?" for _ in dead)
            lost = rows.select(connection, f"WHERE state = 'running' AND owner IN ({places}) ORDER BY number", dead)
            for task in lost:
                connection.execute(
                    "UPDATE tasks SET state = 'interrupted', error = ?, owner = '' WHERE id = ?", (LOST, task.id)
                )
            return tuple(_found(rows.one(connection, task.id)) for task in lost)

        return await self._grouped.write(operation)

    async def note(self, task_id: str, text: str) -> None:
        noted = "UPDATE tasks SET error = ? WHERE id = ? AND state = 'interrupted'"
        await self._grouped.write(lambda connection: connection.execute(noted, (text, task_id)).rowcount)

    async def again(self, task_id: str) -> bool:
        def operation(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(
                "UPDATE tasks SET state = 'pending', error = '', ended = '' WHERE id = ? AND state = 'interrupted'",
                (task_id,),
            )
            return changed.rowcount == 1

        return await self._grouped.write(operation)

    async def get(self, task_id: str) -> Task | None:
        return await self._database.read(lambda connection: rows.one(connection, task_id))

    async def page(
        self,
        sight: Sight = ALL,
        *,
        source: str = "",
        state: str = "",
        session: str = "",
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        where, given = _where(sight, source=source, state=state, wanted_session=session)

        def operation(connection: sqlite3.Connection) -> Page:
            total = connection.execute(f"SELECT count(*) FROM tasks{where}", given).fetchone()[0]
            rest = f"{where} ORDER BY number DESC LIMIT ? OFFSET ?"
            return Page(tasks=tuple(rows.select(connection, rest, (*given, limit, offset))), total=total)

        return await self._database.read(operation)

    async def stats(self, sight: Sight = ALL) -> Stats:
        where, given = _where(sight)

        def counted(connection: sqlite3.Connection, column: str) -> dict[str, int]:
            counts = f"SELECT {column}, count(*) FROM tasks{where} GROUP BY {column} ORDER BY {column}"
            return {str(name): int(count) for name, count in connection.execute(counts, given)}

        def operation(connection: sqlite3.Connection) -> Stats:
            sums = ", ".join(f"coalesce(sum({name}), 0)" for name in (*rows.USAGE, "cost_usd"))
            *tokens, cost = connection.execute(f"SELECT {sums} FROM tasks{where}", given).fetchone()
            states = counted(connection, "state")
            return Stats(
                total_tasks=sum(states.values()),
                tasks_by_state=states,
                tasks_by_source=counted(connection, "source"),
                usage=rows.used(tokens),
                cost_usd=float(cost),
            )

        return await self._database.read(operation)

    async def waits(self) -> bool:
        waiting = "SELECT EXISTS (SELECT 1 FROM tasks WHERE state = 'pending')"
        return bool(await self._database.read(lambda connection: connection.execute(waiting).fetchone()[0]))

    async def prune(self, before: datetime) -> int:
        ended: Sequence[Any] = (*sorted(ENDED), timestamp(before))
        places = ", ".join("?" for _ in ENDED)
        gone = f"DELETE FROM tasks WHERE state IN ({places}) AND ended != '' AND ended < ?"
        return await self._grouped.write(lambda connection: connection.execute(gone, ended).rowcount)


def _where(sight: Sight, **columns: str) -> tuple[str, tuple[str, ...]]:
    """The condition of a query, and what it is given; a column that is compared with nothing is left out."""
    seen = {"tenant_id": sight.tenant_id, "user_id": sight.user_id}
    wanted = {name: value for name, value in seen.items() if value is not None}
    wanted |= {name: value for name, value in columns.items() if value}
    text = " AND ".join(f"{name} = ?" for name in wanted)
    return (f" WHERE {text}" if text else ""), tuple(wanted.values())


def _found(task: Task | None) -> Task:
    assert task is not None  # it was just written in the same transaction
    return task
