"""The queue of tasks: what is accepted is never lost, and nothing is begun twice."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Protocol
from uuid import uuid4

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.tasks import choosing, rows
from heartbit_tui.tasks.grouping import Database, Grouped
from heartbit_tui.tasks.types import ALL, ENDED, Outcome, Request, Sight, State, Stats, Task, Waits
from heartbit_tui.wire.write import storable, timestamp

UNREADABLE = (
    "What is kept of this task is damaged ({names}), so it was not begun. Hand it over anew, and look what else is damaged: "
    "heartbit sessions repair --dry-run"
)
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

    async def accept(self, request: Request, task_id: str = "") -> Task:
        """Take a task in; the one that its user has handed over with the same key, where there is one.

        One that is new has the id `task_id`, or else one of its own.
        """
        ...

    async def claim(self, owner: str, session: Callable[[], str]) -> Task | None:
        """Begin the next task: it is running, in the session that it names or else in the one that `session` names.

        One of which not all can be read is not begun: it has failed, and says so.
        """
        ...

    async def drop_late(self) -> tuple[str, ...]:
        """Let the tasks fail whose deadline has passed while they waited; their ids."""
        ...

    async def begun(self, task_id: str, owner: str, seq: int) -> int:
        """Keep after which seq of its session a task begins, unless that is known; the seq that is kept."""
        ...

    async def end(self, outcome: Outcome, owner: str) -> bool:
        """Keep what came of a task that the owner has at work, in all its attempts; whether it still had it.

        One whose outcome is `pending` waits for its next attempt, unless it was asked to stop: then it is cancelled.
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
        """The tasks at work whose daemon lives no more, as they stand."""
        ...

    async def take_over(self, task: Task, why: str) -> State | None:
        """Decide in one step about an abandoned task: how it stands now, None where somebody else has decided.

        It waits for its next attempt, or is interrupted where `why` says what a person has to decide about. One that
        was asked to stop is cancelled.
        """
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

    async def waits(self) -> Waits | None:
        """What is known of the tasks that wait; None where none does."""
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

    async def accept(self, request: Request, task_id: str = "") -> Task:
        task_id, now = task_id or str(uuid4()), self._clock.now()

        def operation(connection: sqlite3.Connection) -> Task:
            if rows.insert(connection, task_id, request, now):
                return _found(rows.one(connection, task_id))
            same = "WHERE tenant_id = ? AND user_id = ? AND key = ?"
            return rows.select(connection, same, (request.tenant_id, request.user_id, request.key))[0]

        return await self._grouped.write(operation)

    async def claim(self, owner: str, session: Callable[[], str]) -> Task | None:
        now = self._clock.now()

        def operation(connection: sqlite3.Connection) -> Task | None:
            number = choosing.next_number(connection, now)
            if number is None:
                return None
            if damaged := rows.unreadable(connection, number):
                failed = "UPDATE tasks SET state = 'failed', error = ?, ended = ? WHERE number = ?"
                connection.execute(failed, (UNREADABLE.format(names=", ".join(damaged)), timestamp(now), number))
                return rows.select(connection, "WHERE number = ?", (number,))[0]
            connection.execute(
                "UPDATE tasks SET state = 'running', owner = ?, attempts = attempts + 1, cancelling = 0, error = '', "
                "started = CASE started WHEN '' THEN ? ELSE started END, "
                "session = CASE WHEN session != '' THEN session WHEN wanted_session != '' THEN wanted_session ELSE ? END "
                "WHERE number = ?",
                (owner, timestamp(now), session(), number),
            )
            return rows.select(connection, "WHERE number = ?", (number,))[0]

        return await self._grouped.write(operation)

    async def drop_late(self) -> tuple[str, ...]:
        now = self._clock.now()
        return await self._grouped.write(lambda connection: tuple(choosing.drop_late(connection, now)))

    async def begun(self, task_id: str, owner: str, seq: int) -> int:
        def operation(connection: sqlite3.Connection) -> int:
            first = "UPDATE tasks SET first_seq = ? WHERE id = ? AND owner = ? AND first_seq IS NULL"
            connection.execute(first, (seq, task_id, owner))
            task = rows.one(connection, task_id)
            return seq if task is None or task.first_seq is None else task.first_seq

        return await self._grouped.write(operation)

    async def end(self, outcome: Outcome, owner: str) -> bool:
        now = timestamp(self._clock.now())

        def operation(connection: sqlite3.Connection) -> bool:
            stopped = "SELECT 1 FROM tasks WHERE id = ? AND owner = ? AND cancelling"
            if outcome.state not in ENDED and connection.execute(stopped, (outcome.id, owner)).fetchone():
                return _end(connection, replace(outcome, state="cancelled", text=CANCELLED), owner, now)
            return _end(connection, outcome, owner, now)

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
        def at_work(connection: sqlite3.Connection) -> list[Task]:
            return rows.select(connection, "WHERE state = 'running' ORDER BY number")

        def dead(tasks: Sequence[Task]) -> frozenset[str]:
            return frozenset(owner for owner in {each.owner for each in tasks} if not self._lives(owner))

        found = await self._database.read(at_work)
        owners = await asyncio.to_thread(dead, found)
        return tuple(each for each in found if each.owner in owners)

    async def take_over(self, task: Task, why: str) -> State | None:
        now = timestamp(self._clock.now())
        same = "id = ? AND state = 'running' AND owner = ? AND attempts = ?"
        given = (task.id, task.owner, task.attempts)

        def operation(connection: sqlite3.Connection) -> State | None:
            asked = connection.execute(f"SELECT cancelling FROM tasks WHERE {same}", given).fetchone()
            if asked is None:
                return None
            state: State = "cancelled" if asked[0] else "interrupted" if why else "pending"
            error = f"{CANCELLED} {why}".strip() if asked[0] else why
            connection.execute(
                f"UPDATE tasks SET state = ?, error = ?, ended = ?, owner = '' WHERE {same}",
                (state, error, now if state in ENDED else "", *given),
            )
            return state

        return await self._grouped.write(operation)

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

    async def waits(self) -> Waits | None:
        return await self._database.read(choosing.waits)


def _end(connection: sqlite3.Connection, outcome: Outcome, owner: str, now: str) -> bool:
    """Keep what came of a task, where this owner has it at work; whether it had."""
    told, is_over = "result" if outcome.state == "completed" else "error", outcome.state in ENDED
    usage: dict[str, int] = asdict(outcome.usage)
    spent = ", ".join(f"{name} = ?" for name in rows.USAGE)
    given = (
        *(outcome.state, storable(outcome.text), now if is_over else "", *(usage[name] for name in rows.USAGE)),
        *(outcome.tool_calls, outcome.cost_usd, outcome.last_seq, is_over, outcome.id, owner),
    )
    changed = connection.execute(
        f"UPDATE tasks SET state = ?, {told} = ?, ended = ?, {spent}, tool_calls = ?, cost_usd = ?, last_seq = ?, "
        "owner = CASE ? WHEN 1 THEN owner ELSE '' END "
        "WHERE id = ? AND state = 'running' AND owner = ?",
        given,
    )
    return changed.rowcount == 1


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
