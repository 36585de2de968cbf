"""What meditation reads and changes in the data file; each change is one transaction."""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import meditation_choice
from heartbit_tui.memory.meditation_merges import Merge
from heartbit_tui.memory.sqlite import merges, rows, scopes, spaces, writing
from heartbit_tui.memory.sqlite.memory import Database
from heartbit_tui.memory.types import Entry, Query, Reach, Vector

WAIT = timedelta(hours=6)
LONGEST = 6
"""After a failure a cluster is put off for `WAIT`, twice as long with each further one, `LONGEST` times at most."""

DIM = 1
"""The importance of an entry that was demoted: as low as there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An entry with what meditation knows of it; `draft` is the draft that it is in, empty for none."""

    place: int
    entry: Entry
    draft: str = ""
    demoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """The entry that stayed, as it is now, and those that it took in."""

    keeper: Entry
    gone: tuple[Entry, ...]


class Meditating:
    """The side of the memory that meditation works on. Everything raises `StoreError`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def batch(self, reach: Reach, phase: str, size: int) -> tuple[Seen, ...]:
        """The next entries for a phase, in the order in which they were stored; empty at the end of all."""
        return await self._database.read(lambda connection: _batch(connection, reach, phase, size))

    async def moved(self, reach: Reach, phase: str, place: int) -> None:
        """The phase came as far as this place; it goes on behind it, or from the beginning for 0."""
        await self._database.write(lambda connection: _move(connection, reach, phase, place))

    async def place(self, reach: Reach, phase: str) -> int:
        """How far a phase came; 0 where it has not begun."""
        return await self._database.read(lambda connection: _place(connection, reach, phase))

    async def seen(self, entry_ids: Sequence[str], reach: Reach) -> tuple[Seen, ...]:
        """Those of some entries that are there, with what is known of them."""
        return await self._database.read(
            lambda connection: _seen(connection, writing.some(connection, entry_ids, reach))
        )

    async def vector(self, place: int) -> Vector | None:
        """The vector of an entry in the space that serves; None while it has none."""
        return await self._database.read(lambda connection: _vector(connection, place))

    async def absorb(self, keeper_id: str, gone_ids: Sequence[str], reach: Reach) -> Absorbed:
        """Let one entry stand for several that say the same: their links move to it, and they are removed.

        Pinned ones stay. For 30 days it can be undone. Raises `EntryMissing` where the keeper is gone.
        """
        now = self._clock.now()
        return await self._database.write(lambda connection: _absorb(connection, keeper_id, gone_ids, reach, now))

    async def apart(self, entry_ids: Sequence[str], reach: Reach) -> frozenset[frozenset[str]]:
        """The pairs of some entries that a person has held apart, by ids: they are no doubles."""
        return await self._database.read(lambda connection: merges.apart(connection, entry_ids, reach))

    async def merges(self, reach: Reach) -> tuple[Merge, ...]:
        """The merges that can be undone, the newest first."""
        now = self._clock.now()
        return await self._database.read(lambda connection: merges.every(connection, reach, now))

    async def undo(self, number: int, reach: Reach) -> Merge:
        """Undo a merge, and hold its entries apart from now on. Raises `MergeError`."""
        now = self._clock.now()
        return await self._database.write(lambda connection: merges.undo(connection, number, reach, now))

    async def expire(self) -> None:
        """Forget the merges that are too old to be undone."""
        now = self._clock.now()
        await self._database.write(lambda connection: merges.expire(connection, now))

    async def due(self, reach: Reach, ttl: timedelta) -> tuple[Seen, ...]:
        """The entries whose draft was accepted longer ago than `ttl` and that were not demoted yet; none is pinned."""
        before = rows.microseconds(self._clock.now() - ttl)
        return await self._database.read(lambda connection: _due(connection, reach, before))

    async def demote(self, places: Sequence[int]) -> int:
        """Make entries peripheral for good; how many."""
        return await self._database.write(lambda connection: _demote(connection, places))

    async def put_off(self, fingerprint: str) -> bool:
        """Whether a cluster that failed is not to be tried yet."""
        return await self._database.read(lambda connection: _until(connection, fingerprint)) > rows.microseconds(
            self._clock.now()
        )

    async def failed(self, fingerprint: str) -> None:
        """A cluster failed once more: it is put off, longer each time."""
        now = self._clock.now()
        await self._database.write(lambda connection: _failed(connection, fingerprint, now))


def _batch(connection: sqlite3.Connection, reach: Reach, phase: str, size: int) -> tuple[Seen, ...]:
    where = scopes.where(connection, Query(reach=reach))
    if where is None:
        return ()
    found = connection.execute(
        f"SELECT m.key FROM memories m WHERE {where.sql} AND m.key > :place ORDER BY m.key LIMIT :size",
        {**where.values, "place": _place(connection, reach, phase), "size": size},
    )
    keys = [row[0] for row in found]
    read = rows.read(connection, keys)
    return _seen(connection, {key: read[key] for key in keys})


def _place(connection: sqlite3.Connection, reach: Reach, phase: str) -> int:
    asked = """
        SELECT p.place FROM memory_places p JOIN memory_owners o ON o.key = p.owner
        WHERE o.tenant = ? AND o.user = ? AND p.phase = ?
    """
    known = connection.execute(asked, (reach.tenant, reach.user, phase)).fetchone()
    return int(known[0]) if known else 0


def _move(connection: sqlite3.Connection, reach: Reach, phase: str, place: int) -> None:
    asked = "REPLACE INTO memory_places (owner, phase, place) VALUES (?, ?, ?)"
    connection.execute(asked, (scopes.owner_of(connection, reach), phase, place))


def _seen(connection: sqlite3.Connection, entries: Mapping[int, Entry]) -> tuple[Seen, ...]:
    asked = f"SELECT key, draft, demoted FROM memory_marks WHERE key IN ({','.join('?' * len(entries))})"
    marks = {key: (draft, bool(demoted)) for key, draft, demoted in connection.execute(asked, tuple(entries))}
    unmarked = ("", False)
    return tuple(
        Seen(place=key, entry=entry, draft=marks.get(key, unmarked)[0], demoted=marks.get(key, unmarked)[1])
        for key, entry in entries.items()
    )


def _vector(connection: sqlite3.Connection, place: int) -> Vector | None:
    serving = next((each for each in spaces.every(connection) if each.serving), None)
    if serving is None:
        return None
    found = connection.execute(f"SELECT vector FROM memory_vectors_{serving.key} WHERE key = ?", (place,)).fetchone()
    return Vector(model=serving.model, values=array("f", found[0])) if found else None


def _absorb(
    connection: sqlite3.Connection, keeper_id: str, gone_ids: Sequence[str], reach: Reach, now: datetime
) -> Absorbed:
    key, keeper = writing.one(connection, keeper_id, reach)
    others = writing.some(connection, gone_ids, reach)
    gone = {place: each for place, each in others.items() if place != key and not each.pinned}
    if not gone:
        return Absorbed(keeper=keeper, gone=())
    before = (keeper, merges.mark(connection, key))
    taken = [(each, merges.mark(connection, place)) for place, each in gone.items()]
    rows.put(
        connection,
        *scopes.key_of(connection, keeper.scope),
        meditation_choice.absorbing(keeper, list(gone.values())),
    )
    for place in gone:
        _hand_over(connection, place, key)
    merges.move(connection, list(gone), key)
    writing.remove(connection, list(gone))
    merges.keep(connection, key, before, taken, now)
    return Absorbed(keeper=rows.read(connection, [key])[key], gone=tuple(gone.values()))


def _hand_over(connection: sqlite3.Connection, place: int, key: int) -> None:
    """Let the links and the mark of an entry be another one's, too."""
    linked = connection.execute("SELECT other FROM memory_links WHERE one = ?", (place,)).fetchall()
    pairs = [pair for (other,) in linked if other != key for pair in ((key, other), (other, key))]
    connection.executemany("INSERT OR IGNORE INTO memory_links (one, other) VALUES (?, ?)", pairs)
    connection.execute(
        "INSERT OR IGNORE INTO memory_marks (key, draft, crystallised, demoted) "
        "SELECT ?, draft, crystallised, demoted FROM memory_marks WHERE key = ?",
        (key, place),
    )


def _due(connection: sqlite3.Connection, reach: Reach, before: int) -> tuple[Seen, ...]:
    where = scopes.where(connection, Query(reach=reach))
    if where is None:
        return ()
    asked = f"""
        SELECT m.key FROM memory_marks k JOIN memories m ON m.key = k.key
        WHERE {where.sql} AND k.crystallised <= :before AND k.demoted = 0 AND m.pinned = 0 ORDER BY m.key
    """
    keys = [row[0] for row in connection.execute(asked, {**where.values, "before": before})]
    return _seen(connection, rows.read(connection, keys))


def _demote(connection: sqlite3.Connection, places: Sequence[int]) -> int:
    pinned = "NOT (SELECT pinned FROM memories m WHERE m.key = memory_marks.key)"
    done = [
        place
        for place in places
        if connection.execute(f"UPDATE memory_marks SET demoted = 1 WHERE key = ? AND {pinned}", (place,)).rowcount
    ]
    connection.executemany("UPDATE memories SET importance = ? WHERE key = ?", [(DIM, place) for place in done])
    return len(done)


def _until(connection: sqlite3.Connection, fingerprint: str) -> int:
    found = connection.execute("SELECT until FROM memory_failures WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return int(found[0]) if found else 0


def _failed(connection: sqlite3.Connection, fingerprint: str, now: datetime) -> None:
    found = connection.execute("SELECT failures FROM memory_failures WHERE fingerprint = ?", (fingerprint,)).fetchone()
    failures = (found[0] if found else 0) + 1
    until = rows.microseconds(now + WAIT * 2 ** (min(failures, LONGEST) - 1))
    asked = "REPLACE INTO memory_failures (fingerprint, failures, until) VALUES (?, ?, ?)"
    connection.execute(asked, (fingerprint, failures, until))
