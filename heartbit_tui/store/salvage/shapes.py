"""What the tables look like that a file should have, so that a page without a parent can be known by its rows."""

import sqlite3
from collections.abc import Mapping, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store.salvage.pages import Record, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what it may hold, and whether a row from before it was added may be without it."""

    name: str
    type: str
    needed: bool
    later: bool
    default: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A table: `alias` is the number of the column that is the rowid, -1 where none is; `indexed` has no rowid.

    What is not `kept` belongs to a virtual table, which is made anew.
    """

    name: str
    columns: tuple[Column, ...]
    alias: int = -1
    indexed: bool = False
    order: tuple[int, ...] = ()
    """Where each column stands in a record of a table that has no rowid: its key comes first."""
    kept: bool = True

    @property
    def typed(self) -> int:
        """How many columns say what they may hold: the more, the surer is a row that fits."""
        return sum(bool(column.type) for column in self.columns)

    def filled(self, values: Record) -> tuple[Value, ...]:
        """A row with the defaults of columns that came later."""
        return (*values, *(column.default for column in self.columns[len(values) :]))

    def row(self, rowid: int, record: Record) -> Record | None:
        """The values of the columns, None where a record is none of this table."""
        if self.indexed:
            if len(record) != len(self.columns):
                return None
            record = tuple(record[place] for place in self.order)
        missing = self.columns[len(record) :]
        if len(record) > len(self.columns) or not all(column.later for column in missing):
            return None
        fits = (_fits(value, self.columns[number], number == self.alias) for number, value in enumerate(record))
        if not all(fits):
            return None
        return tuple(rowid if number == self.alias else value for number, value in enumerate(record))


def shapes(connection: sqlite3.Connection) -> Mapping[str, Shape]:
    """The tables of a whole file by their names, virtual ones left out."""
    tables = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'table'").fetchall()
    virtual = virtual_tables(connection)
    return {
        name: _shape(connection, name, sql, kept=not any(name.startswith(f"{each}_") for each in virtual))
        for name, sql in tables
        if name not in virtual
    }


def virtual_tables(connection: sqlite3.Connection) -> Mapping[str, str]:
    """The virtual tables with how each was made."""
    tables = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: sql for name, sql in tables if sql.lstrip().upper().startswith("CREATE VIRTUAL")}


def _shape(connection: sqlite3.Connection, name: str, sql: str, *, kept: bool) -> Shape:
    told: Sequence[tuple[int, str, str, int, str | None, int]]
    told = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    indexed = "WITHOUT ROWID" in sql.upper().rpartition(")")[2]
    keys = sorted((place, number) for number, *_, place in told if place)
    alone = len(keys) == 1 and told[keys[0][1]][2].upper() == "INTEGER" and not indexed
    stored = [number for _, number in keys] + [number for number, *_, place in told if not place]
    return Shape(
        name=name,
        columns=tuple(
            Column(
                name=column,
                type=kind.upper(),
                needed=bool(needed),
                later=default is not None or not needed,
                default=_default(connection, default),
            )
            for _, column, kind, needed, default, _ in told
        ),
        alias=keys[0][1] if alone else -1,
        indexed=indexed,
        order=tuple(stored.index(number) for number in range(len(told))) if indexed else (),
        kept=kept,
    )


def _default(connection: sqlite3.Connection, told: str | None) -> Value:
    """The value that a column has where none is given, of the words in which its table was made."""
    return connection.execute(f"SELECT {told}").fetchone()[0] if told else None


def _fits(value: Value, column: Column, is_alias: bool) -> bool:
    if is_alias or value is None:
        return value is None and (is_alias or not column.needed)
    match column.type:
        case "INTEGER" | "INT":
            return isinstance(value, int)
        case "REAL":
            return isinstance(value, int | float)
        case "TEXT":
            return isinstance(value, str)
        case "BLOB":
            return isinstance(value, bytes)
        case _:
            return True
