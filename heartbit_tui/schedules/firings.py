"""How far each schedule is, in the data file: of several daemons on one file, one alone gets an occurrence."""

import sqlite3
from datetime import UTC, datetime, timedelta

from heartbit_tui.schedules.types import Database, Firing

LEASE = timedelta(seconds=60)
"""How long an occurrence may take to be handed over; then it is taken for that of a daemon that died, and free again."""

AHEAD = timedelta(hours=1)
"""How far behind its last occurrence the clock may be set back and no occurrence comes a second time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = "source, plan, due, stage, claimed, task, passed, memo"


class Firings:
    """Reads and writes how far sources are. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, Firing]:
        """All that were ever seen, by their source."""

        def operation(connection: sqlite3.Connection) -> dict[str, Firing]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM schedule_firings")
            return {row[0]: _firing(row) for row in rows}

        return await self._database.read(operation)

    async def seen(self, source: str, plan: str, now: datetime, known: Firing | None = None) -> Firing:
        """How far a source is; one that is new, or has another plan, begins now.

        So does one whose last occurrence is to come, because the clock was set back by more than `AHEAD`.
        """
        if known is not None and known.plan == plan and known.due <= now + AHEAD:
            return known

        def operation(connection: sqlite3.Connection) -> Firing:
            found = _one(connection, source)
            if found is None or found.plan != plan or found.due > now + AHEAD:
                connection.execute(
                    "INSERT INTO schedule_firings (source, plan, due) VALUES (?, ?, ?) "
                    "ON CONFLICT (source) DO UPDATE SET plan = excluded.plan, due = excluded.due",
                    (source, plan, stamp(now)),
                )
                found = _one(connection, source)
            assert found is not None
            return found

        return await self._database.write(operation)

    async def claim(
        self, source: str, due: datetime, now: datetime, *, alone: bool, since: datetime | None = None
    ) -> bool:
        """Take an occurrence, so that nobody else hands it over; False when somebody did, or does.

        With `alone` it is not taken while the task of the one before goes on, with `since` only where that is still the
        last occurrence.
        """

        def operation(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(
                "UPDATE schedule_firings SET due = :due, stage = 'claimed', claimed = :now "
                "WHERE source = :source AND (:alone = 0 OR stage <> 'running') AND due = coalesce(:since, due) "
                "AND (due < :due AND (:alone = 0 OR stage <> 'claimed' OR claimed <= :over) "
                "OR due = :due AND stage = 'claimed' AND claimed <= :over)",
                {
                    "source": source,
                    "due": stamp(due),
                    "now": stamp(now),
                    "over": stamp(now - LEASE),
                    "alone": alone,
                    "since": None if since is None else stamp(since),
                },
            )
            return changed.rowcount == 1

        return await self._database.write(operation)

    async def handed(self, source: str, due: datetime, task: str) -> None:
        """Keep which task a claimed occurrence became."""
        await self._change(
            "UPDATE schedule_firings SET stage = 'running', task = ?, passed = 0 WHERE source = ? AND due = ?",
            (task, source, stamp(due)),
        )

    async def pass_over(
        self, source: str, due: datetime, *, since: datetime | None = None, memo: str | None = None
    ) -> None:
        """Keep that an occurrence was not handed over on purpose; with `since` only where that is still the last one."""
        await self._change(
            "UPDATE schedule_firings SET due = ?1, passed = passed + 1, memo = coalesce(?4, memo) "
            "WHERE source = ?2 AND due < ?1 AND due = coalesce(?3, due)",
            (stamp(due), source, None if since is None else stamp(since), memo),
        )

    async def ended(self, source: str, task: str, state: str, memo: str | None = None) -> None:
        """Keep how a task ended, and what its source makes of it, where it is the last one of its source and was running."""
        await self._change(
            "UPDATE schedule_firings SET stage = ?1, memo = coalesce(?4, memo) "
            "WHERE source = ?2 AND task = ?3 AND stage = 'running'",
            (state, source, task, memo),
        )

    async def paused(self) -> frozenset[str]:
        """The names of the schedules that rest."""

        def operation(connection: sqlite3.Connection) -> frozenset[str]:
            return frozenset(name for (name,) in connection.execute("SELECT name FROM schedules_paused"))

        return await self._database.read(operation)

    async def pause(self, name: str, *, paused: bool) -> None:
        """Let a schedule rest, or go on."""
        rests = "INSERT OR IGNORE INTO schedules_paused (name) VALUES (?)"
        await self._change(rests if paused else "DELETE FROM schedules_paused WHERE name = ?", (name,))

    async def forget(self, source: str) -> None:
        """Know nothing of a source any more."""
        await self._change("DELETE FROM schedule_firings WHERE source = ?", (source,))

    async def _change(self, statement: str, values: tuple[str | int | None, ...]) -> None:
        def operation(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._database.write(operation)


def stamp(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(stamp: int) -> datetime:
    """The moment of so many microseconds since 1970, in UTC."""
    return _EPOCH + stamp * _MICROSECOND


def _one(connection: sqlite3.Connection, source: str) -> Firing | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM schedule_firings WHERE source = ?", (source,)).fetchone()
    return None if row is None else _firing(row)


def _firing(row: tuple[str, str, int, str, int | None, str, int, str]) -> Firing:
    source, plan, due, stage, claimed, task, passed, memo = row
    return Firing(
        source=source,
        plan=plan,
        due=moment(due),
        stage=stage,
        claimed=None if claimed is None else moment(claimed),
        task=task,
        passed=passed,
        memo=memo,
    )
