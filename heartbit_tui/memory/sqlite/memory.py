"""A memory in the one data file."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import uuid4

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import entries
from heartbit_tui.memory.protocols import MIN_AGE, MIN_STRENGTH
from heartbit_tui.memory.ranking import Ranked
from heartbit_tui.memory.scoring import Weights
from heartbit_tui.memory.sqlite import figures, mending, recalling, rows, spaces, writing
from heartbit_tui.memory.sqlite.fallback import Comparison
from heartbit_tui.memory.sqlite.nearest import Nearest
from heartbit_tui.memory.types import (
    Change,
    Embedded,
    Entry,
    Merged,
    NewEntry,
    Query,
    Reach,
    Recall,
    Recalled,
    Stats,
    Waiting,
)

_Answer = TypeVar("_Answer")


class Database(Protocol):
    """What the memory needs of the file: operations that happen as a whole, in threads of their own."""

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation that sees the file as it is at one moment."""
        ...

    async def beside(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation as `read` does, while one of `read` runs."""
        ...

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation of which everything happens or nothing, while nobody else writes."""
        ...


class SqliteMemory:
    """Entries in tables of SQLite, which several processes may use at once.

    The database is open and has the tables of `migrations`. Reads see one moment; what changes anything is one
    transaction. A recall searches first and reinforces in a short transaction after, so that nobody waits for it.
    `comparison` compares vectors in place of sqlite-vec.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        weights: Weights | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        comparison: Comparison | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._weights = weights or Weights()
        self._new_id = new_id
        self._nearest = Nearest(comparison)

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        """Keep an entry, by its id where that is there already."""
        return (await self.store_many([entry], reach))[0]

    async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
        """Keep all of them, or none."""
        entries.refuse_too_many(len(new))
        now = self._clock.now()
        made = [entries.within(entries.made(each, new_id=self._new_id(), now=now), reach) for each in new]
        return await self._write(lambda connection: writing.put_all(connection, made))

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        """The best entries for a query."""
        now = self._clock.now()
        ranked = await self._ranked(query, now)
        why = {each.key: each.why for each in ranked}

        def reading(connection: sqlite3.Connection) -> dict[int, Entry]:
            return recalling.still(connection, query, list(why))

        def touching(connection: sqlite3.Connection) -> dict[int, Entry]:
            return rows.touch(connection, reading(connection), now)

        found = await (self._write(touching) if touch and why else self._read(reading))
        return Recall(found=tuple(Recalled(entry=found[key], why=why[key]) for key in why if key in found))

    async def _ranked(self, query: Query, now: datetime) -> list[Ranked]:
        """By words and by vector at the same time, where there is a vector; then those in their order."""
        if query.vector is None:
            return await self._read(
                lambda connection: recalling.ranked(
                    connection, query, now, self._weights, recalling.by_words(connection, query, now)
                )
            )
        worded, vector = await asyncio.gather(
            self._read(lambda connection: recalling.by_words(connection, query, now)),
            self._beside(lambda connection: recalling.by_vector(connection, query, self._nearest)),
        )
        return await self._read(
            lambda connection: recalling.ranked(connection, query, now, self._weights, worded, vector)
        )

    async def get(self, entry_id: str, reach: Reach, *, touch: bool = False) -> Entry:
        """One entry."""
        if not touch:
            return await self._read(lambda connection: writing.one(connection, entry_id, reach)[1])
        now = self._clock.now()

        def touching(connection: sqlite3.Connection) -> Entry:
            key, entry = writing.one(connection, entry_id, reach)
            return rows.touch(connection, {key: entry}, now)[key]

        return await self._write(touching)

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first, untouched."""
        now = self._clock.now()
        return await self._read(lambda connection: recalling.listed(connection, query, after, now))

    async def update(self, entry_id: str, change: Change, reach: Reach) -> Entry:
        """Put something else in an entry."""
        now = self._clock.now()
        return await self._write(lambda connection: writing.update(connection, entry_id, change, reach, now))

    async def forget(self, entry_id: str, reach: Reach) -> bool:
        """Remove an entry."""
        return await self._write(lambda connection: writing.forget(connection, entry_id, reach))

    async def link(self, entry_id: str, related_id: str, reach: Reach) -> bool:
        """Link two entries both ways."""
        return await self._write(lambda connection: writing.link(connection, entry_id, related_id, reach))

    async def pin(self, entry_id: str, reach: Reach, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging."""
        return await self._write(lambda connection: writing.pin(connection, entry_id, reach, pinned))

    async def merge(self, entry: NewEntry, source_ids: Sequence[str], reach: Reach) -> Merged:
        """Put one entry in the place of several."""
        new = entries.made(entry, new_id=self._new_id(), now=self._clock.now())
        return await self._write(lambda connection: writing.merge(connection, new, source_ids, reach))

    async def prune(
        self, reach: Reach, *, min_strength: float = MIN_STRENGTH, min_age: timedelta = MIN_AGE, dry_run: bool = False
    ) -> int:
        """Remove what is weak and old."""
        now = self._clock.now()

        def operation(connection: sqlite3.Connection) -> int:
            gone = writing.faded(connection, reach, min_strength, min_age, now)
            return len(gone) if dry_run else writing.remove(connection, gone)

        return await (self._read(operation) if dry_run else self._write(operation))

    async def stats(self, reach: Reach) -> Stats:
        """What is within reach, in figures."""
        now = self._clock.now()
        return await self._read(lambda connection: figures.stats(connection, reach, now, self._nearest))

    async def pending(self, model: str, limit: int) -> Waiting:
        """Texts that this model has not embedded yet, newest first."""
        return await self._read(lambda connection: spaces.pending(connection, model, limit))

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        """Keep vectors; how many were."""
        return await self._write(lambda connection: spaces.keep(connection, model, vectors))

    async def serve(self, model: str) -> None:
        """Use this model's vectors from now on, and give up those of every other one."""
        await self._write(lambda connection: spaces.serve(connection, model))

    async def _read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        return await self._mended(self._database.read, operation)

    async def _beside(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        return await self._mended(self._database.beside, operation)

    async def _write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        return await self._mended(self._database.write, operation)

    async def _mended(
        self,
        run: Callable[[Callable[[sqlite3.Connection], _Answer]], Awaitable[_Answer]],
        operation: Callable[[sqlite3.Connection], _Answer],
    ) -> _Answer:
        """Run an operation, and once more when what was damaged could be mended: the first try has left nothing behind."""
        try:
            return await run(operation)
        except StoreError as error:
            if not mending.damaged(error.__cause__):
                raise
        broken = await self._database.read(mending.broken)
        await self._database.write(lambda connection: mending.mend(connection, broken))
        return await run(operation)
