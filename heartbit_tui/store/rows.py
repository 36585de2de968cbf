"""Envelopes to rows of the table `events`, and back."""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, Event, Notice
from heartbit_tui.store import driver
from heartbit_tui.store.deltas import DELTA_TYPES
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.read import body_reader, parse_timestamp
from heartbit_tui.wire.write import body, storable, timestamp

Row: TypeAlias = tuple[int, str, str, str, str, str]
"""seq, at, run, agent, type, body."""

COLUMNS = "seq, at, run, agent, type, body"
UNREADABLE = "Event {seq} of this session could not be read and is left out ({reason})"
_FARTHEST = 1_000_000
"""How many rows of a damaged file are looked for, whatever the file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that could not be read; it stays in the file."""

    seq: int
    type: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A session's envelopes in order. In the place of each row in `skipped` stands a Notice that says so."""

    envelopes: tuple[Envelope, ...]
    skipped: tuple[Skipped, ...] = ()


def row_of(envelope: Envelope) -> Row:
    """The row that holds an envelope."""
    event = envelope.event
    return (
        envelope.seq,
        timestamp(envelope.at),
        storable(envelope.run),
        storable(envelope.agent),
        type_of(type(event)),
        body(event),
    )


def insert(connection: sqlite3.Connection, key: int, rows: Iterable[Row]) -> None:
    """Add rows to the session with this key."""
    statement = f"INSERT INTO events (session, {COLUMNS}) VALUES ({key:d}, ?, ?, ?, ?, ?, ?)"
    connection.executemany(statement, rows)


def remove(connection: sqlite3.Connection, key: int, seqs: Iterable[int]) -> None:
    """Take rows out of the session with this key."""
    connection.executemany("DELETE FROM events WHERE session = ? AND seq = ?", ((key, seq) for seq in seqs))


def select(connection: sqlite3.Connection, key: int, until: int, types: Iterable[str] | None = None) -> list[Row]:
    """The rows of a session in order, up to and including the seq `until`, of these types or of all.

    The last row is there whatever its type is, so that the reader knows where the log ends. Where the file is
    damaged, the rows come one by one, of all types, and what SQLite cannot give has no type and no body.
    """
    kinds = None if types is None else tuple(types)
    last = "(SELECT max(seq) FROM events WHERE session = :key AND seq <= :until)"
    condition = "" if kinds is None else f"AND (type IN ({', '.join(map(_quoted, kinds))}) OR seq = {last})"
    statement = f"SELECT {COLUMNS} FROM events WHERE session = :key AND seq <= :until {condition} ORDER BY seq"
    try:
        return connection.execute(statement, {"key": key, "until": until}).fetchall()
    except driver.errors():
        return list(_salvaged(connection, key, until))


def select_pieces(connection: sqlite3.Connection, key: int) -> list[Row]:
    """The stored pieces of messages that never became whole."""
    statement = f"SELECT {COLUMNS} FROM events WHERE session = ? AND type IN ({', '.join(map(_quoted, DELTA_TYPES))}) ORDER BY seq"
    return connection.execute(statement, (key,)).fetchall()


def _salvaged(connection: sqlite3.Connection, key: int, until: int) -> Iterator[Row]:
    statement = f"SELECT {COLUMNS} FROM events WHERE session = ? AND seq = ?"
    with lenient(connection):
        for seq in range(1, min(until, _FARTHEST) + 1):
            try:
                row: Row | None = connection.execute(statement, (key, seq)).fetchone()
            except driver.errors():
                row = (seq, "", "", "", "", "")
            if row is not None:
                yield row


@contextmanager
def lenient(connection: sqlite3.Connection) -> Generator[None]:
    """Meanwhile, text that is not UTF-8 is read with marks in it instead of failing the whole query."""
    connection.text_factory = _marked
    try:
        yield
    finally:
        connection.text_factory = str


def read(session_id: str, rows: Sequence[Row]) -> Log:
    """The log that rows hold. What cannot be read is skipped and told, never raised."""
    readers: dict[str, Callable[[str], Event]] = {}
    envelopes: list[Envelope] = []
    skipped: list[Skipped] = []
    at = datetime.fromtimestamp(0, UTC)
    for seq, said_at, run, agent, kind, text in rows:
        try:
            at = parse_timestamp(said_at)
            reader = readers.get(kind)
            if reader is None:
                reader = readers[kind] = body_reader(kind)
            event = reader(text)
        except (WireError, TypeError) as error:
            # A damaged file gives columns of any type.
            skipped.append(Skipped(seq=seq, type=kind, reason=str(error)))
            event = Notice(level="warning", text=UNREADABLE.format(seq=seq, reason=error))
        envelopes.append(Envelope(seq=seq, at=at, session=session_id, run=run, agent=agent, event=event))
    return Log(envelopes=tuple(envelopes), skipped=tuple(skipped))


def _marked(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _quoted(type: str) -> str:
    """A type's name as SQL text; names of types hold letters and underscores alone."""
    return f"'{type}'"
