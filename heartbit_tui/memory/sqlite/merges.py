"""Merges in the data file, until they are too old to be undone; each function is the inside of one transaction."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final, TypeAlias

from heartbit_tui.memory.document import as_json, from_json
from heartbit_tui.memory.meditation_merges import KEPT, NO_MERGE, Merge, MergeError, parted
from heartbit_tui.memory.sqlite import rows, scopes, writing
from heartbit_tui.memory.types import Entry, Query, Reach

Mark: TypeAlias = Sequence[Any] | None
"""The draft that an entry is in, when that became a skill, and whether it was let go of; None where there is no mark."""

_MARK: Final = "SELECT draft, crystallised, demoted FROM memory_marks WHERE key = ?"


def keep(
    connection: sqlite3.Connection,
    keeper: int,
    before: tuple[Entry, Mark],
    gone: Sequence[tuple[Entry, Mark]],
    now: datetime,
) -> None:
    """Keep that an entry took others in, which are gone by now; what those once took in themselves hangs on it, too."""
    after = rows.read(connection, [keeper])[keeper]
    connection.execute(
        "INSERT INTO memory_merges (owner, keeper, at, before, after, gone) "
        "SELECT owner, key, ?, ?, ?, ? FROM memories WHERE key = ?",
        (
            rows.microseconds(now),
            _stored([before]),
            json.dumps(as_json(after)),
            _stored(gone),
            keeper,
        ),
    )


def move(connection: sqlite3.Connection, keys: Sequence[int], keeper: int) -> None:
    """Let what these entries took in hang on another one, which takes them in now."""
    connection.executemany("UPDATE memory_merges SET keeper = ? WHERE keeper = ?", [(keeper, each) for each in keys])


def mark(connection: sqlite3.Connection, key: int) -> Mark:
    """What meditation knows of an entry."""
    return connection.execute(_MARK, (key,)).fetchone()


def every(connection: sqlite3.Connection, reach: Reach, now: datetime) -> tuple[Merge, ...]:
    """All that can be undone, the newest first."""
    where = scopes.where(connection, Query(reach=reach))
    if where is None:
        return ()
    asked = f"""
        SELECT g.id, g.keeper, g.at, g.gone FROM memory_merges g JOIN memories m ON m.key = g.keeper
        WHERE {where.sql} AND g.at > :since ORDER BY g.id DESC
    """
    found = connection.execute(asked, {**where.values, "since": _since(now)}).fetchall()
    keepers = rows.read(connection, [keeper for _, keeper, _, _ in found])
    return tuple(
        Merge(
            number=number,
            at=rows.moment(at),
            keeper=keepers[keeper],
            gone=tuple(entry for entry, _ in _read(gone)),
        )
        for number, keeper, at, gone in found
    )


def undo(connection: sqlite3.Connection, number: int, reach: Reach, now: datetime) -> Merge:
    """Bring back what an entry took in, and take from it what it had from them. Raises `MergeError`."""
    merge = next((each for each in every(connection, reach, now) if each.number == number), None)
    if merge is None:
        raise MergeError(NO_MERGE.format(number=number))
    asked = "SELECT keeper, before, after, gone FROM memory_merges WHERE id = ?"
    keeper, before, after, gone = connection.execute(asked, (number,)).fetchone()
    (old,), taken = _read(before), _read(gone)
    if old[0].id == merge.keeper.id:
        left = parted(merge.keeper, old[0], from_json(json.loads(after)))
        rows.put(connection, *scopes.key_of(connection, left.scope), left)
        _unlink(connection, keeper, set(merge.keeper.related_ids) - set(left.related_ids))
        if old[1] is None:
            theirs = [(keeper, each[0]) for _, each in taken if each is not None]
            connection.executemany("DELETE FROM memory_marks WHERE key = ? AND draft = ?", theirs)
    keys = _brought_back(connection, taken)
    connection.execute("DELETE FROM memory_merges WHERE id = ?", (number,))
    for entry_id, key in keys.items():
        asked = "UPDATE memory_merges SET keeper = ? WHERE keeper = ? AND json_extract(before, '$[0].entry.id') = ?"
        connection.execute(asked, (key, keeper, entry_id))
    apart = combinations(sorted((keeper, *keys.values())), 2)
    connection.executemany("INSERT OR IGNORE INTO memory_apart (one, other) VALUES (?, ?)", apart)
    return Merge(
        number=number,
        at=merge.at,
        keeper=rows.read(connection, [keeper])[keeper],
        gone=tuple(rows.read(connection, list(keys.values())).values()),
    )


def expire(connection: sqlite3.Connection, now: datetime) -> None:
    """Forget what is too old to be undone."""
    connection.execute("DELETE FROM memory_merges WHERE at <= ?", (_since(now),))


def apart(connection: sqlite3.Connection, entry_ids: Sequence[str], reach: Reach) -> frozenset[frozenset[str]]:
    """The pairs of these entries that a person has held apart, by ids."""
    found = writing.some(connection, entry_ids, reach)
    asked = f"SELECT one, other FROM memory_apart WHERE one IN ({','.join('?' * len(found))})"
    pairs = connection.execute(asked, tuple(found)).fetchall()
    return frozenset(frozenset((found[one].id, found[other].id)) for one, other in pairs if other in found)


def _unlink(connection: sqlite3.Connection, key: int, others: Collection[str]) -> None:
    """Take the links between an entry and these others of the same owner away."""
    asked = """
        DELETE FROM memory_links WHERE (one = :key AND other = :other) OR (one = :other AND other = :key)
    """
    found = "SELECT m.key FROM memories m JOIN memories k ON k.owner = m.owner WHERE k.key = ? AND m.id = ?"
    for each in others:
        for (other,) in connection.execute(found, (key, each)).fetchall():
            connection.execute(asked, {"key": key, "other": other})


def _brought_back(connection: sqlite3.Connection, gone: Sequence[tuple[Entry, Mark]]) -> dict[str, int]:
    """Write entries again that were taken in, with their links and marks; their keys by their ids."""
    writing.put_all(connection, [entry for entry, _ in gone])
    found = dict[str, int]()
    for entry, old_mark in gone:
        owner, _ = scopes.key_of(connection, entry.scope)
        asked = "SELECT key FROM memories WHERE owner = ? AND id = ?"
        (key,) = connection.execute(asked, (owner, entry.id)).fetchone()
        found[entry.id] = key
        if old_mark is not None:
            asked = "INSERT OR IGNORE INTO memory_marks (key, draft, crystallised, demoted) VALUES (?, ?, ?, ?)"
            connection.execute(asked, (key, *old_mark))
    return found


def _since(now: datetime) -> int:
    return rows.microseconds(now - KEPT)


def _stored(entries: Sequence[tuple[Entry, Mark]]) -> str:
    told = [{"entry": as_json(entry), "mark": list(mark) if mark else None} for entry, mark in entries]
    return json.dumps(told, ensure_ascii=False)


def _read(stored: str) -> list[tuple[Entry, Mark]]:
    told: list[Mapping[str, Any]] = json.loads(stored)
    return [(from_json(each["entry"]), each["mark"]) for each in told]
