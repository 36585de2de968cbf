"""Makes a whole file of what is left in a damaged one."""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import driver, indexing
from heartbit_tui.store.migrations import STEPS, TOO_NEW, migrate
from heartbit_tui.store.salvage import logs, parts, versions
from heartbit_tui.store.salvage.image import opened
from heartbit_tui.store.salvage.pages import Image
from heartbit_tui.store.salvage.parts import VERSIONS, Part
from heartbit_tui.store.salvage.records import Records, Row, entries
from heartbit_tui.store.salvage.shapes import Shape, shapes, virtual_tables

BATCH = 500
DERIVED = ("passages", VERSIONS)
"""Tables that are made anew out of others, or with others."""

SEQUENCE = "sqlite_sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was saved: rows by table, the sessions whose own line was lost, how many events of which are gone.

    `unreadable` counts records that nothing else tells of; `strange` are tables that this heartbit does not know.
    """

    rows: Mapping[str, int]
    found_again: tuple[str, ...]
    lost: Mapping[str, int]
    unreadable: int
    strange: tuple[str, ...] = ()


def save(source: Path, target: Path, others: Sequence[Part], *, kept_as: str = "") -> Saved:
    """Read what is whole in the file `source`, and make the new file `target` of it, at today's version.

    `others` are all parts that are kept in the file beside the sessions; tables of none of them are left out.

    The log of a session that lost events says so in their place, with `kept_as` as the name of the file as it was.
    Raises `StoreError` where a newer heartbit has written the file, `OSError` and SQLite's errors for `target`.
    """
    with opened(source) as image, closing(driver.connect(target)) as connection:
        told = int.from_bytes(image.page(1)[60:64], "big")
        named = [entry.name for entry in entries(image) if entry.type == "table"]
        unknown = parts.strange(named, others)
        if told > len(STEPS) and unknown:
            raise StoreError(TOO_NEW.format(found=told, known=len(STEPS)))
        migrate(connection, STEPS[: versions.version_of(named, told, STEPS)])
        parts.begin(connection, named, others)
        saved = _saved(connection, image, others, kept_as)
        migrate(connection)
        parts.finish(connection, others)
        with driver.transaction(connection):
            indexing.forget(connection)
        _check(connection)
    _sync(target)
    return replace(saved, strange=unknown)


def _saved(connection: sqlite3.Connection, image: Image, others: Sequence[Part], kept_as: str) -> Saved:
    known = shapes(connection)
    records = Records(image, known)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    connection.execute("PRAGMA foreign_keys = OFF")
    with driver.transaction(connection):
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        counts = _fill(connection, known, records.rows(), (*DERIVED, *(name for part in others for name in part.anew)))
        parts.take_listed(connection, records, others)
        again = logs.restore(connection, records.index("sqlite_autoindex_sessions_1"))
        logs.settle(connection)
        lost = logs.tell_lost(connection, records.index("sqlite_autoindex_events_1"), kept_as)
        _without_parents(connection)
        parts.settle(connection, others)
        for _, sql in triggers:
            connection.execute(sql)
        _made_anew(connection)
    return Saved(rows=counts, found_again=again, lost=lost, unreadable=records.unreadable)


def _fill(
    connection: sqlite3.Connection, known: Mapping[str, Shape], rows: Iterator[Row], anew: tuple[str, ...]
) -> Mapping[str, int]:
    """Put the rows into their tables, but for those that are made anew; of two with the same key the surer one stays."""
    counts: Counter[str] = Counter()
    while batch := list(islice(rows, BATCH)):
        for name in dict.fromkeys(row.table for row in batch if not row.table.startswith(anew)):
            values = [row.values for row in batch if row.table == name]
            if name == SEQUENCE:
                _count_on(connection, values)
                continue
            if name not in counts:
                connection.execute(f'DELETE FROM "{name}"')
            marks = ", ".join("?" * len(known[name].columns))
            counts[name] += sum(_inserted(connection, name, marks, known[name].filled(each)) for each in values)
    return dict(counts)


def _inserted(connection: sqlite3.Connection, name: str, marks: str, values: Sequence[object]) -> int:
    try:
        return connection.execute(f'INSERT OR IGNORE INTO "{name}" VALUES ({marks})', tuple(values)).rowcount
    except driver.errors():  # a row that its table refuses: what it holds is damaged
        return 0


def _count_on(connection: sqlite3.Connection, told: Iterable[Sequence[object]]) -> None:
    """Let numbers that were given once never be given again."""
    for name, number in told:
        changed = connection.execute(f"UPDATE {SEQUENCE} SET seq = max(seq, ?) WHERE name = ?", (number, name))
        if not changed.rowcount:
            connection.execute(f"INSERT INTO {SEQUENCE} (name, seq) VALUES (?, ?)", (name, number))


def _without_parents(connection: sqlite3.Connection) -> None:
    """Remove the rows that belong to a row that is gone, and then those that belong to them."""
    while orphans := [
        each for each in connection.execute("PRAGMA foreign_key_check").fetchall() if each[1] is not None
    ]:
        for table, rowid, *_ in orphans:
            connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))


def _made_anew(connection: sqlite3.Connection) -> None:
    for name, sql in virtual_tables(connection).items():
        if "FTS5" in sql.upper():
            connection.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")


def _check(connection: sqlite3.Connection) -> None:
    (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise StoreError(f"What was saved does not hang together ({told}). The session file was left as it is.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
