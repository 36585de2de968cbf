"""What changes entries; each function is the inside of one transaction."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from heartbit_tui.memory import entries, scoring
from heartbit_tui.memory.errors import EntryMissing
from heartbit_tui.memory.filters import fades
from heartbit_tui.memory.sqlite import rows, scopes
from heartbit_tui.memory.types import Change, Confidentiality, Entry, Merged, Query, Reach


def put_all(connection: sqlite3.Connection, made: Sequence[Entry]) -> tuple[Entry, ...]:
    """Write entries with their links; as they are then, in the order given."""
    places = {scope: scopes.key_of(connection, scope) for scope in dict.fromkeys(each.scope for each in made)}
    keys: dict[tuple[int, str], int] = {}
    for each in entries.each_once(made):
        owner, scope = places[each.scope]
        keys[owner, each.id] = rows.put(connection, owner, scope, entries.over(each, _old(connection, owner, each.id)))
    for each in made:
        _relink(connection, places[each.scope][0], keys[places[each.scope][0], each.id], each.related_ids)
    found = rows.read(connection, list(keys.values()))
    return tuple(found[keys[places[each.scope][0], each.id]] for each in made)


def one(connection: sqlite3.Connection, entry_id: str, reach: Reach) -> tuple[int, Entry]:
    """The key of an entry, and the entry. Raises `EntryMissing` where it is not within reach."""
    found = some(connection, [entry_id], reach)
    if not found:
        raise EntryMissing(entry_id)
    return next(iter(found.items()))


def some(connection: sqlite3.Connection, ids: Iterable[str], reach: Reach) -> dict[int, Entry]:
    """Those of some entries that are within reach, by key and in the order of the ids."""
    where = scopes.where(connection, Query(reach=reach))
    if where is None:
        return {}
    asked = f"SELECT m.key FROM memories m WHERE m.id = :id AND {where.sql}"
    found = (connection.execute(asked, {**where.values, "id": each}).fetchone() for each in ids)
    keys = [row[0] for row in found if row is not None]
    read = rows.read(connection, keys)
    return {key: read[key] for key in keys}


def update(connection: sqlite3.Connection, entry_id: str, change: Change, reach: Reach, now: datetime) -> Entry:
    """Put something else in an entry, which counts as an access."""
    key, old = one(connection, entry_id, reach)
    new = replace(entries.within(entries.changed(old, change), reach), last_accessed=now)
    rows.put(connection, *scopes.key_of(connection, new.scope), new)
    return rows.read(connection, [key])[key]


def forget(connection: sqlite3.Connection, entry_id: str, reach: Reach) -> bool:
    """Remove an entry; whether it was there."""
    return bool(remove(connection, list(some(connection, [entry_id], reach))))


def link(connection: sqlite3.Connection, entry_id: str, related_id: str, reach: Reach) -> bool:
    """Link two entries both ways; whether both are there."""
    keys = list(some(connection, dict.fromkeys((entry_id, related_id)), reach))
    if len(keys) < len({entry_id, related_id}):
        return False
    if len(keys) > 1:
        _link(connection, keys[0], keys[1])
    return True


def pin(connection: sqlite3.Connection, entry_id: str, reach: Reach, pinned: bool) -> Entry:
    """Hold an entry, or let it go."""
    key, _ = one(connection, entry_id, reach)
    connection.execute("UPDATE memories SET pinned = ? WHERE key = ?", (int(pinned), key))
    return rows.read(connection, [key])[key]


def merge(connection: sqlite3.Connection, new: Entry, source_ids: Sequence[str], reach: Reach) -> Merged:
    """Put an entry in the place of those that are there."""
    wanted = tuple(dict.fromkeys(source_ids))
    sources = some(connection, wanted, reach)
    if not sources:
        raise EntryMissing(", ".join(wanted))
    merged = entries.within(entries.merged(new, list(sources.values())), reach)
    stored = put_all(connection, [merged])[0]
    remove(connection, [key for key, each in sources.items() if each.id != stored.id])
    there = tuple(each.id for each in sources.values())
    missing = tuple(each for each in wanted if each not in there)
    # Read again: what it was linked to may just have been removed.
    whole = replace(reach, cap=Confidentiality.RESTRICTED)
    return Merged(entry=one(connection, stored.id, whole)[1], replaced=there, missing=missing)


def faded(
    connection: sqlite3.Connection, reach: Reach, min_strength: float, min_age: timedelta, now: datetime
) -> list[int]:
    """The keys of what has become weak and is old, and not pinned."""
    where = scopes.where(connection, Query(reach=reach))
    before = scoring.faded_before(min_strength, now)
    if where is None or before is None:
        return []
    asked = f"""
        SELECT m.key FROM memories m INDEXED BY memories_by_strength
        WHERE {where.sql} AND m.anchor <= :anchor AND m.created < :created AND m.pinned = 0
    """
    # Ages count in whole seconds: what the index lets through is looked at once more.
    values = {
        **where.values,
        "anchor": rows.microseconds(before + timedelta(seconds=1)),
        "created": rows.microseconds(now - min_age),
    }
    keys = [row[0] for row in connection.execute(asked, values)]
    return [key for key, each in rows.read(connection, keys).items() if fades(each, min_strength, now)]


def remove(connection: sqlite3.Connection, keys: Sequence[int]) -> int:
    """Take rows away, with all that hangs on them; how many."""
    asked = "DELETE FROM memories WHERE key IN (SELECT value FROM json_each(?))"
    return connection.execute(asked, (json.dumps(keys),)).rowcount if keys else 0


def _old(connection: sqlite3.Connection, owner: int, entry_id: str) -> Entry | None:
    found = connection.execute("SELECT key FROM memories WHERE owner = ? AND id = ?", (owner, entry_id)).fetchone()
    return rows.read(connection, [found[0]])[found[0]] if found else None


def _relink(connection: sqlite3.Connection, owner: int, key: int, related_ids: Sequence[str]) -> None:
    for each in related_ids:
        asked = "SELECT key FROM memories WHERE owner = ? AND id = ? AND key <> ?"
        found = connection.execute(asked, (owner, each, key)).fetchone()
        if found is not None:
            _link(connection, key, found[0])


def _link(connection: sqlite3.Connection, one_key: int, other_key: int) -> None:
    pairs = [(one_key, other_key), (other_key, one_key)]
    connection.executemany("INSERT OR IGNORE INTO memory_links (one, other) VALUES (?, ?)", pairs)
