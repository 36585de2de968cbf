"""Envelopes to rows of the table `events`, and back."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from heartbit_tui.kernel.events import Envelope, Event, Notice
from heartbit_tui.store import driver
from heartbit_tui.store.deltas import DELTA_TYPES
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.write import body, timestamp

Row: TypeAlias = tuple[int, str, str, str, str, str]
"""seq, at, run, agent, type, body."""

COLUMNS = "seq, at, run, agent, type, body"
UNREADABLE = "Event {seq} of this session could not be read and is left out ({reason})"
_DELTA_LIST = ", ".join(f"'{name}'" for name in DELTA_TYPES)


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


def storable(text: str) -> str:
    """`text` as a column can hold it: half characters, as in odd file names, become escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def insert(connection: sqlite3.Connection, key: int, rows: Iterable[Row]) -> None:
    """Add rows to the session with this key."""
    statement = f"INSERT INTO events (session, {COLUMNS}) VALUES ({key:d}, ?, ?, ?, ?, ?, ?)"
    connection.executemany(statement, rows)


def remove(connection: sqlite3.Connection, key: int, seqs: Iterable[int]) -> None:
    """Take rows out of the session with this key."""
    connection.executemany("DELETE FROM events WHERE session = ? AND seq = ?", ((key, seq) for seq in seqs))


def select(
    connection: sqlite3.Connection, key: int, until: int | None = None, types: Iterable[str] | None = None
) -> list[Row]:
    """The rows of a session in order, up to and including the seq `until`, of these types or of all.

    The last row is there whatever its type is, so that the reader knows where the log ends.
    """
    bound = 2**62 if until is None else until
    if types is None:
        kinds: tuple[str, ...] = ()
        condition = ""
    else:
        kinds = tuple(types)
        last = f"(SELECT max(seq) FROM events WHERE session = {key:d} AND seq <= {bound:d})"
        condition = f"AND (type IN ({', '.join('?' * len(kinds))}) OR seq = {last})"
    statement = f"SELECT {COLUMNS} FROM events WHERE session = ? AND seq <= ? {condition} ORDER BY seq"
    return connection.execute(statement, (key, bound, *kinds)).fetchall()


def select_pieces(connection: sqlite3.Connection, key: int) -> list[Row]:
    """The stored pieces of messages that never became whole."""
    statement = f"SELECT {COLUMNS} FROM events WHERE session = ? AND type IN ({_DELTA_LIST}) ORDER BY seq"
    return connection.execute(statement, (key,)).fetchall()


def salvage(connection: sqlite3.Connection, key: int, until: int) -> Iterator[Row]:
    """The rows of a damaged file one by one; a row that SQLite cannot give has no type and no body."""
    statement = f"SELECT {COLUMNS} FROM events WHERE session = ? AND seq = ?"
    connection.text_factory = _decoded
    try:
        for seq in range(1, until + 1):
            try:
                row: Row | None = connection.execute(statement, (key, seq)).fetchone()
            except driver.errors():
                row = (seq, "", "", "", "", "")
            if row is not None:
                yield row
    finally:
        connection.text_factory = str


def read(session_id: str, rows: Sequence[Row]) -> Log:
    """The log that rows hold. What cannot be read is skipped and told, never raised."""
    # Only who reads a log loads the validator.
    from heartbit_tui.wire.read import body_reader, parse_timestamp

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
        except WireError as error:
            skipped.append(Skipped(seq=seq, type=kind, reason=str(error)))
            event = Notice(level="warning", text=UNREADABLE.format(seq=seq, reason=error))
        envelopes.append(Envelope(seq=seq, at=at, session=session_id, run=run, agent=agent, event=event))
    return Log(envelopes=tuple(envelopes), skipped=tuple(skipped))


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")
