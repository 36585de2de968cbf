"""A memory that also finds by meaning: queries are embedded when they are asked, texts after they were stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from heartbit_tui.memory.embed.following import LONGEST, Follower
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.protocols import MIN_AGE, MIN_STRENGTH, Embedder, Memory, Vectors
from heartbit_tui.memory.types import (
    Change,
    Entry,
    Merged,
    NewEntry,
    Query,
    Reach,
    Recall,
    Space,
    Stats,
    Vector,
)

PATIENCE: Final = 5.0
"""Seconds that a recall waits for the vector of its query before it goes on by words alone."""


class Keeper(Memory, Vectors, Protocol):
    """A memory that vectors can be handed to."""


class SemanticMemory:
    """Wraps a memory with an embedder for questions.

    Storing never waits for a vector: the follower, which is woken, makes it in the background. Until that is done, and
    whenever the embedder fails, recalls find by words and say so in their notice.
    """

    def __init__(self, memory: Keeper, asking: Embedder, follower: Follower, *, patience: float = PATIENCE) -> None:
        self._memory = memory
        self._asking = asking
        self._follower = follower
        self._patience = patience

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        """Keep an entry; its vector follows."""
        return (await self.store_many([entry], reach))[0]

    async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
        """Keep all of them, or none; their vectors follow."""
        stored = await self._memory.store_many(new, reach)
        self._follower.wake()
        return stored

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        """The best entries for a query, by words and by meaning."""
        if not query.text.strip() or query.vector is not None:
            return await self._memory.recall(query, touch=touch)
        vector, notice = await self._embedded(query.text)
        notice = notice or await self._unfinished()
        found = await self._memory.recall(replace(query, vector=vector), touch=touch)
        return replace(found, notice=" ".join(filter(None, (found.notice, notice))))

    async def get(self, entry_id: str, reach: Reach, *, touch: bool = False) -> Entry:
        """One entry."""
        return await self._memory.get(entry_id, reach, touch=touch)

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first, untouched."""
        return await self._memory.list(query, after=after)

    async def update(self, entry_id: str, change: Change, reach: Reach) -> Entry:
        """Put something else in an entry; the vector of a new text follows."""
        changed = await self._memory.update(entry_id, change, reach)
        self._follower.wake()
        return changed

    async def forget(self, entry_id: str, reach: Reach) -> bool:
        """Remove an entry."""
        return await self._memory.forget(entry_id, reach)

    async def link(self, entry_id: str, related_id: str, reach: Reach) -> bool:
        """Link two entries both ways."""
        return await self._memory.link(entry_id, related_id, reach)

    async def pin(self, entry_id: str, reach: Reach, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging."""
        return await self._memory.pin(entry_id, reach, pinned=pinned)

    async def merge(self, entry: NewEntry, source_ids: Sequence[str], reach: Reach) -> Merged:
        """Put one entry in the place of several; its vector follows."""
        merged = await self._memory.merge(entry, source_ids, reach)
        self._follower.wake()
        return merged

    async def prune(
        self, reach: Reach, *, min_strength: float = MIN_STRENGTH, min_age: timedelta = MIN_AGE, dry_run: bool = False
    ) -> int:
        """Remove what is weak and old."""
        return await self._memory.prune(reach, min_strength=min_strength, min_age=min_age, dry_run=dry_run)

    async def stats(self, reach: Reach) -> Stats:
        """What is within reach, in figures; a model that has embedded nothing yet is told with what waits for it."""
        stats, asking = await self._memory.stats(reach), self._asking
        if not asking.dimension or any(each.model == asking.model for each in stats.spaces):
            return stats
        waiting = Space(
            model=asking.model, dimension=asking.dimension, embedded=0, pending=stats.entries, serving=False
        )
        return replace(stats, spaces=(*stats.spaces, waiting))

    async def _embedded(self, text: str) -> tuple[Vector | None, str]:
        """The vector of a query, or why there is none."""
        if not self._asking.dimension:
            return None, ""
        try:
            async with asyncio.timeout(self._patience):
                vectors = await self._asking.embed([text[:LONGEST]])
        except TimeoutError:
            return None, f"Searched by words alone: the embedding model took longer than {self._patience:g} seconds."
        except EmbeddingError as error:
            return None, f"Searched by words alone: {error}"
        return Vector(model=self._asking.model, values=vectors[0]), ""

    async def _unfinished(self) -> str:
        waiting = await self._follower.waiting()
        return f"{waiting:,} memories have no vector yet and were searched by words alone." if waiting else ""
