"""Whole logs that become sessions at once: forks of a session, and logs that come from elsewhere."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Delta, Envelope, SessionStarted
from heartbit_tui.store import rows
from heartbit_tui.store.recorder import Place, save_prompts, save_summary
from heartbit_tui.store.rows import Row
from heartbit_tui.store.summary import summarise


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A session that is not in the file yet: its line in the index, its rows, and its whole events."""

    place: Place
    stored: Sequence[Row]
    whole: Sequence[Envelope]


def of_log(session_id: str, log: Sequence[Envelope]) -> Copy:
    """A session with these events."""
    return _copy(session_id, log, [rows.row_of(envelope) for envelope in log])


def fork(connection: sqlite3.Connection, parent: Place, session_id: str, until: int) -> Copy:
    """A session that begins with the rows of `parent` up to `until`, rows that cannot be read included."""
    stored = rows.select(connection, parent.key, until)
    log = [_descended(each, parent, until) for each in rows.read(session_id, stored).envelopes]
    changed = {each.seq: rows.row_of(each) for each in log if isinstance(each.event, SessionStarted)}
    copy = _copy(session_id, log, [changed.get(row[0], row) for row in stored])
    own = copy.place.summary
    title = parent.summary.title if parent.summary.renamed else own.title
    summary = replace(own, title=title, renamed=parent.summary.renamed, parent=parent.session_id, parent_seq=until)
    return replace(copy, place=replace(copy.place, summary=summary, owner=parent.owner))


def write(connection: sqlite3.Connection, copy: Copy) -> None:
    """Put the session into the file, within the caller's transaction."""
    place = save_summary(connection, copy.place)
    rows.insert(connection, place.key, copy.stored)
    save_prompts(connection, place, copy.whole)


def _copy(session_id: str, log: Sequence[Envelope], stored: Sequence[Row]) -> Copy:
    whole = [envelope for envelope in log if not isinstance(envelope.event, Delta)]
    last = max((row[0] for row in stored), default=0)
    size = sum(len(row[-1]) for row in stored)
    summary = replace(summarise(whole), size=size, last_seq=last)
    return Copy(place=Place(session_id=session_id, summary=summary), stored=stored, whole=whole)


def _descended(envelope: Envelope, parent: Place, until: int) -> Envelope:
    event = envelope.event
    if not isinstance(event, SessionStarted):
        return envelope
    return replace(envelope, event=replace(event, parent=parent.session_id, parent_seq=until))
