"""What others keep in the file beside the sessions, as who saves the file has to know it."""

import sqlite3
from collections.abc import Iterable, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store import database
from heartbit_tui.store.migrations import STEPS, Step
from heartbit_tui.store.salvage.records import Records
from heartbit_tui.store.salvage.versions import tables_by_version, version_of

VERSIONS = "parts"
"""The table that says which version each part has; it is written by whoever makes the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The tables of a capability: how they are made, and what puts them right where rows of them were lost.

    Tables whose names begin as `anew` says are made anew by their owner. `listed` are indexes that hold whole rows of a
    table, each with the statement that takes one in; `settled` brings what is left in line with each other.
    """

    name: str
    steps: Sequence[Step]
    anew: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    settled: tuple[str, ...] = ()


def strange(named: Iterable[str], parts: Sequence[Part]) -> tuple[str, ...]:
    """The tables that no version known here has, and no part."""
    known = {VERSIONS}.union(*(tables_by_version(steps)[-1] for steps in (STEPS, *(part.steps for part in parts))))
    made = ("sqlite_", *(name for part in parts for name in part.anew))
    return tuple(sorted(name for name in set(named) - known if not name.startswith(made)))


def begin(connection: sqlite3.Connection, named: Iterable[str], parts: Sequence[Part]) -> None:
    """Make the tables of all parts as a file with these tables has them; what it tells of its tables may be damaged."""
    names = frozenset(named)
    for part in parts:
        database.migrate(connection, part.name, part.steps[: version_of(names, 0, part.steps)])


def take_listed(connection: sqlite3.Connection, records: Records, parts: Sequence[Part]) -> None:
    """Take in the rows that are lost but still stand in an index; those that are there stay as they are."""
    for name, statement in (each for part in parts for each in part.listed):
        rows = (record for record in records.index(name) if len(record) == statement.count("?"))
        connection.executemany(statement, rows)


def settle(connection: sqlite3.Connection, parts: Sequence[Part]) -> None:
    """Bring what is left of each part in line."""
    for part in parts:
        for statement in part.settled:
            connection.execute(statement)


def finish(connection: sqlite3.Connection, parts: Sequence[Part]) -> None:
    """Bring all parts to today's versions."""
    for part in parts:
        database.migrate(connection, part.name, part.steps)
