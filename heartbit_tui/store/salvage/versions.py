"""Of which version a file is, told by its tables and not by the number in its head."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.store import driver
from heartbit_tui.store.migrations import Step, migrate
from heartbit_tui.store.rows import lenient
from heartbit_tui.store.salvage.shapes import virtual_tables


def version_of(named: Iterable[str], told: int, steps: Sequence[Step]) -> int:
    """The version of a file with these tables that tells this number; today's where neither says anything."""
    names = frozenset(named)
    versions = tables_by_version(steps)
    fitting = [number for number, tables in enumerate(versions, 1) if tables <= names]
    if fitting and (told > len(steps) or told not in fitting or versions[told - 1] < versions[fitting[-1] - 1]):
        return fitting[-1]
    return told if 0 < told <= len(steps) else len(steps)


def misshapen(connection: sqlite3.Connection, number: int, steps: Sequence[Step]) -> tuple[str, ...]:
    """What is not made as it is in a file of this version: a letter of it was changed, and SQLite took it all the same."""
    made = _statements(connection)
    return tuple(name for name, sql in _statements_of(tuple(steps[:number])).items() if made.get(name) != sql)


@cache
def _statements_of(steps: tuple[Step, ...]) -> Mapping[str, str]:
    with closing(driver.connect(Path(":memory:"))) as connection:
        migrate(connection, steps)
        return _statements(connection)


def _statements(connection: sqlite3.Connection) -> Mapping[str, str]:
    """How each table, index and trigger was made; how those behind a virtual table are is SQLite's own matter."""
    with lenient(connection):
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        virtual = virtual_tables(connection)
    behind = tuple(f"{name}_" for name in virtual)
    return MappingProxyType({name: " ".join(sql.split()) for name, sql in found if not name.startswith(behind)})


def tables_by_version(steps: Sequence[Step]) -> tuple[frozenset[str], ...]:
    """The tables of each version, those of virtual tables included."""
    return _tables_by_version(tuple(steps))


@cache
def _tables_by_version(steps: tuple[Step, ...]) -> tuple[frozenset[str], ...]:
    with closing(driver.connect(Path(":memory:"))) as connection:
        found: list[frozenset[str]] = []
        for number in range(1, len(steps) + 1):
            migrate(connection, steps[:number])
            found.append(frozenset(tables(connection)))
        return tuple(found)


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables of a file."""
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
