"""Decides which sessions have to go, and removes them."""

import sqlite3
from collections.abc import Sequence

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.locks import Leases
from heartbit_tui.store.recorder import Place


def surplus(places: Sequence[tuple[Place, bool]], oldest: str, max_bytes: int | None) -> list[Place]:
    """What to remove of `places`, which come oldest first, each with whether it is in use.

    First all that was last used before `oldest` (a timestamp), then the oldest of the rest until what stays holds
    at most `max_bytes`. What is in use stays, and counts.
    """
    total = sum(place.summary.size for place, _ in places)
    chosen: list[Place] = []
    for place, in_use in places:
        too_old = place.summary.updated < oldest
        too_much = max_bytes is not None and total > max_bytes
        if not in_use and (too_old or too_much):
            chosen.append(place)
            total -= place.summary.size
    return chosen


def remove(connection: sqlite3.Connection, place: Place, leases: Leases) -> None:
    """Remove a session. Raises `StoreError` while some process writes it."""
    lease = leases.take(place.session_id)
    try:
        connection.execute("DELETE FROM sessions WHERE key = ?", (place.key,))
    finally:
        lease.release()


def remove_unused(connection: sqlite3.Connection, places: Sequence[Place], leases: Leases) -> list[Place]:
    """Remove those of the sessions that nobody has begun to write meanwhile; what was removed."""
    removed: list[Place] = []
    for place in places:
        try:
            remove(connection, place, leases)
        except StoreError:
            continue
        removed.append(place)
    give_back(connection)
    return removed


def give_back(connection: sqlite3.Connection) -> None:
    """Return the space of removed rows to the disk."""
    before, free = -1, _free(connection)
    while free not in (0, before):  # an older SQLite frees one page at a time
        connection.execute("PRAGMA incremental_vacuum").fetchall()
        before, free = free, _free(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _free(connection: sqlite3.Connection) -> int:
    """How many pages of the file hold nothing."""
    return connection.execute("PRAGMA freelist_count").fetchone()[0]
