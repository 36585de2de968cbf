"""Adds whole logs to the file: forks of a session, and sessions that come from elsewhere."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.kernel.events import Delta, Envelope, SessionStarted
from heartbit_tui.store import rows
from heartbit_tui.store.recorder import Place, save_prompts, save_summary
from heartbit_tui.store.rows import Row
from heartbit_tui.store.summary import Summary, summarise


def add(connection: sqlite3.Connection, session_id: str, log: Sequence[Envelope], stored: Sequence[Row]) -> Place:
    """A new session with these rows; `log` is what they say."""
    whole = [envelope for envelope in log if not isinstance(envelope.event, Delta)]
    summary = summarise(whole)
    last = max((row[0] for row in stored), default=0)
    place = Place(session_id=session_id, summary=replace(summary, size=_size(stored), last_seq=last))
    place = save_summary(connection, place)
    rows.insert(connection, place.key, stored)
    save_prompts(connection, place, whole)
    return place


def fork(connection: sqlite3.Connection, parent: Place, session_id: str, until: int) -> Place:
    """A new session that begins with the rows of `parent` up to `until`, rows that cannot be read included."""
    stored = rows.select(connection, parent.key, until)
    log = [_descended(each, parent, until) for each in rows.read(session_id, stored).envelopes]
    changed = {each.seq: rows.row_of(each) for each in log if isinstance(each.event, SessionStarted)}
    place = add(connection, session_id, log, [changed.get(row[0], row) for row in stored])
    return save_summary(connection, replace(place, summary=_named(place.summary, parent, until)))


def _descended(envelope: Envelope, parent: Place, until: int) -> Envelope:
    event = envelope.event
    if not isinstance(event, SessionStarted):
        return envelope
    return replace(envelope, event=replace(event, parent=parent.session_id, parent_seq=until))


def _named(summary: Summary, parent: Place, until: int) -> Summary:
    title = parent.summary.title if parent.summary.renamed else summary.title
    return replace(summary, title=title, renamed=parent.summary.renamed, parent=parent.session_id, parent_seq=until)


def _size(stored: Sequence[Row]) -> int:
    return sum(len(row[-1]) for row in stored)
