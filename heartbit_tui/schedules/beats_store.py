"""How heartbeats stand, in the one data file."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar, cast

from heartbit_tui.schedules.beats import PATIENT, BeatState, Status

_Answer = TypeVar("_Answer")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE heartbeats (
            key TEXT NOT NULL PRIMARY KEY,
            last_run INTEGER,
            next_due INTEGER,
            every INTEGER NOT NULL DEFAULT 0,
            status TEXT NOT NULL DEFAULT '',
            error TEXT NOT NULL DEFAULT '',
            failures INTEGER NOT NULL DEFAULT 0,
            quiet INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,
            paused INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
    ),
)
"""The tables, for whoever opens the file."""

_COLUMNS: Final = "key, last_run, next_due, every, status, error, failures, quiet, seconds, paused"
_RAN: Final = f"""
    INSERT INTO heartbeats ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
    ON CONFLICT (key) DO UPDATE SET last_run = excluded.last_run, next_due = excluded.next_due, every = excluded.every,
        status = excluded.status, error = excluded.error, failures = excluded.failures, quiet = excluded.quiet,
        seconds = excluded.seconds
"""
_BEGIN: Final = f"{_RAN} WHERE last_run IS ?"
_PLAN: Final = """
    INSERT INTO heartbeats (key, next_due, every) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET next_due = excluded.next_due, every = excluded.every
"""
_PAUSE: Final = """
    INSERT INTO heartbeats (key, paused) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET paused = excluded.paused
"""


class Database(Protocol):
    """What is needed of the file: operations that happen as a whole, in threads of their own."""

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation that sees the file as it is at one moment."""
        ...

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation of which everything happens or nothing, while nobody else writes."""
        ...


class SqliteStates:
    """`States` in a table that several processes may use at once; each operation is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, BeatState]:
        """Every state, by key."""
        rows = await self._database.read(
            lambda connection: connection.execute(f"SELECT {_COLUMNS} FROM heartbeats").fetchall()
        )
        return {row[0]: _state(row) for row in rows}

    async def plan(self, key: str, next_due: datetime | None, every: int) -> None:
        """Keep when a heartbeat is due."""
        await self._database.write(lambda connection: connection.execute(_PLAN, (key, _stored(next_due), every)))

    async def begin(self, before: BeatState, begun: BeatState) -> bool:
        """Keep that a beat begins, if its last one is still that of `before`; else another daemon was faster: False."""
        row = (*_values(begun), _stored(before.last_run))
        return await self._database.write(lambda connection: connection.execute(_BEGIN, row).rowcount == 1)

    async def ran(self, state: BeatState) -> None:
        """Keep what came of a beat."""
        await self._database.write(lambda connection: connection.execute(_RAN, _values(state)))

    async def heard(self) -> None:
        """Nothing was quiet so far; what was put off for it is planned anew."""
        asked = "UPDATE heartbeats SET next_due = iif(quiet < ?, next_due, NULL), quiet = 0 WHERE quiet > 0"
        await self._database.write(lambda connection: connection.execute(asked, (PATIENT,)))

    async def pause(self, key: str, *, paused: bool = True) -> None:
        """Let a heartbeat rest, or go on."""
        await self._database.write(lambda connection: connection.execute(_PAUSE, (key, int(paused))))

    async def take_in(self, states: Sequence[BeatState]) -> int:
        """Keep states of another program for heartbeats that have none yet; how many."""
        rows = [_values(each) for each in states]
        asked = f"INSERT OR IGNORE INTO heartbeats ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"

        def operation(connection: sqlite3.Connection) -> int:
            return sum(connection.execute(asked, row).rowcount for row in rows)

        return await self._database.write(operation)


def _values(state: BeatState) -> tuple[object, ...]:
    return (
        state.key,
        _stored(state.last_run),
        _stored(state.next_due),
        state.every,
        state.status,
        state.error,
        state.failures,
        state.quiet,
        state.seconds,
    )


def _state(row: Sequence[object]) -> BeatState:
    key, last_run, next_due, every, status, error, failures, quiet, seconds, paused = row
    return BeatState(
        key=str(key),
        last_run=_moment(last_run),
        next_due=_moment(next_due),
        every=cast("int", every),
        status=cast("Status", status),
        error=str(error),
        failures=cast("int", failures),
        quiet=cast("int", quiet),
        seconds=cast("float", seconds),
        paused=bool(paused),
    )


def _stored(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _moment(stored: object) -> datetime | None:
    return None if stored is None else _EPOCH + cast("int", stored) * _MICROSECOND
