"""Makes the logs of a saved file what they should be: each with its session, without pieces, and honest about gaps."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from heartbit_tui.kernel.events import Delta, Envelope, Notice
from heartbit_tui.store import ids, rows
from heartbit_tui.store.deltas import DELTA_TYPES, Pieces
from heartbit_tui.store.recorder import Place, insert_summary
from heartbit_tui.store.salvage.pages import Record
from heartbit_tui.store.summary import summarise

LOST = "{what} of this session could not be read and {are} lost{kept}."
AGENT = "heartbit"


def restore(connection: sqlite3.Connection, names: Iterable[Record]) -> tuple[str, ...]:
    """Give a session to the events that have none: the one that an index still names, or one with a new name."""
    statement = "SELECT DISTINCT session FROM events WHERE session NOT IN (SELECT key FROM sessions) ORDER BY session"
    keys = [key for (key,) in connection.execute(statement)]
    if not keys:
        return ()
    known = {record[1]: str(record[0]) for record in names if len(record) == 2 and isinstance(record[0], str)}
    return tuple(_restored(connection, key, known.get(key, "")) for key in keys)


def settle(connection: sqlite3.Connection) -> None:
    """Let each session's line count all its events, and drop pieces of messages that are there whole."""
    connection.execute(
        "UPDATE sessions SET last_seq = max(last_seq, coalesce("
        "(SELECT max(seq) FROM events WHERE events.session = sessions.key), 0))"
    )
    kinds = ", ".join(f"'{kind}'" for kind in DELTA_TYPES)
    statement = f"SELECT DISTINCT session FROM events WHERE type IN ({kinds})"
    for (key,) in connection.execute(statement).fetchall():
        log = rows.read("", rows.select(connection, key, _last(connection, key))).envelopes
        rows.remove(connection, key, _superseded(log))


def tell_lost(connection: sqlite3.Connection, wanted: Iterable[Record], kept_as: str) -> Mapping[str, int]:
    """Say in each log where events are missing that the index of the old file still names; how many of which session."""
    names = dict(connection.execute("SELECT key, id FROM sessions").fetchall())
    there = set(connection.execute("SELECT session, seq FROM events").fetchall())
    missing: dict[int, list[int]] = {}
    for key, seq in sorted({_pair(record) for record in wanted} - there):
        if key in names:
            missing.setdefault(key, []).append(seq)
    for key, seqs in missing.items():
        rows.insert(connection, key, [_notice(connection, key, gap, kept_as) for gap in _gaps(connection, key, seqs)])
    settle_last(connection, missing)
    return {names[key]: len(seqs) for key, seqs in missing.items()}


def settle_last(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Let the lines of these sessions count all their events."""
    for key in keys:
        connection.execute(
            "UPDATE sessions SET last_seq = max(last_seq, ?) WHERE key = ?", (_last(connection, key), key)
        )


def _pair(record: Record) -> tuple[int, int]:
    match record:
        case (int() as key, int() as seq, int()):
            return key, seq
        case _:
            return 0, 0


def _restored(connection: sqlite3.Connection, key: int, name: str) -> str:
    stored = rows.select(connection, key, _last(connection, key))
    log = rows.read(name, stored).envelopes
    taken = connection.execute("SELECT 1 FROM sessions WHERE id = ?", (name,)).fetchone()
    if not name or taken:
        name = ids.new_id(log[0].at if log else datetime.now(UTC))
    summary = summarise(each for each in log if not isinstance(each.event, Delta))
    size = sum(len(row[-1]) for row in stored)
    last = max(row[0] for row in stored)
    whole = replace(summary, size=size, last_seq=last, title=summary.title or "Found again without its title")
    insert_summary(connection, Place(session_id=name, key=key, summary=whole))
    return name


def _last(connection: sqlite3.Connection, key: int) -> int:
    return int(connection.execute("SELECT max(seq) FROM events WHERE session = ?", (key,)).fetchone()[0] or 0)


def _superseded(log: Sequence[Envelope]) -> Iterator[int]:
    pieces = Pieces()
    for envelope in log:
        if isinstance(envelope.event, Delta):
            pieces.found(envelope, envelope.event)
        else:
            yield from pieces.superseded(envelope)


def _gaps(connection: sqlite3.Connection, key: int, seqs: Sequence[int]) -> Iterator[list[int]]:
    """The missing seqs, those together between which no event is left."""
    gap: list[int] = []
    between = "SELECT 1 FROM events WHERE session = ? AND seq > ? AND seq < ? LIMIT 1"
    for seq in seqs:
        if gap and connection.execute(between, (key, gap[-1], seq)).fetchone():
            yield gap
            gap = []
        gap.append(seq)
    yield gap


def _notice(connection: sqlite3.Connection, key: int, gap: Sequence[int], kept_as: str) -> rows.Row:
    what = f"Event {gap[0]}" if len(gap) == 1 else f"{len(gap)} events ({gap[0]} to {gap[-1]})"
    kept = f". The file as it was is kept as {kept_as}" if kept_as else ""
    text = LOST.format(what=what, are="is" if len(gap) == 1 else "are", kept=kept)
    statement = "SELECT at FROM events WHERE session = ? AND seq < ? ORDER BY seq DESC LIMIT 1"
    found = connection.execute(statement, (key, gap[0])).fetchone()
    at = _moment(found[0]) if found else datetime.fromtimestamp(0, UTC)
    event = Notice(level="warning", text=text)
    return rows.row_of(Envelope(seq=gap[0], at=at, session="", run="", agent=AGENT, event=event))


def _moment(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
