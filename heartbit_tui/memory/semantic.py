"""A memory that also finds by meaning: queries are embedded when they are asked, texts after they were stored."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.protocols import MIN_AGE, MIN_STRENGTH, Embedder, Memory, Vectors
from heartbit_tui.memory.types import (
    Change,
    Embedded,
    Entry,
    Merged,
    NewEntry,
    Pending,
    Query,
    Reach,
    Recall,
    Stats,
    Vector,
)

PATIENCE: Final = 5.0
"""Seconds that a recall waits for the vector of its query before it goes on by words alone."""

BATCH: Final = 64
"""Texts that are embedded at once."""

LONGEST: Final = 8_000
"""Characters of a text that are embedded; models read no more than its beginning."""

AGAIN: Final = (5.0, 30.0, 120.0, 600.0)
"""Seconds until the embedder is tried again after it has failed, the last of them from then on."""


class Keeper(Memory, Vectors, Protocol):
    """A memory that vectors can be handed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many texts of `total` have a vector; `failure` says in a sentence why it does not go on for now."""

    model: str
    done: int
    total: int
    failure: str = ""


class SemanticMemory:
    """Wraps a memory with an embedder.

    Storing never waits for a vector: `follow` embeds what was stored, in the background. Until that is done, and
    whenever the embedder fails, recalls find by words and say so in their notice. `asking` is the same embedder for
    those who cannot wait, where there is one.
    """

    def __init__(
        self,
        memory: Keeper,
        embedder: Embedder,
        clock: Clock,
        *,
        patience: float = PATIENCE,
        asking: Embedder | None = None,
    ) -> None:
        self._memory = memory
        self._embedder = embedder
        self._asking = asking or embedder
        self._clock = clock
        self._patience = patience
        self._waiting = 0
        self._changed = asyncio.Event()
        self._changed.set()

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        """Keep an entry; its vector follows."""
        return (await self.store_many([entry], reach))[0]

    async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
        """Keep all of them, or none; their vectors follow."""
        stored = await self._memory.store_many(new, reach)
        self._changed.set()
        return stored

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        """The best entries for a query, by words and by meaning."""
        if not query.text.strip() or query.vector is not None:
            return await self._memory.recall(query, touch=touch)
        vector, notice = await self._embedded(query.text)
        found = await self._memory.recall(replace(query, vector=vector), touch=touch)
        return replace(found, notice=" ".join(filter(None, (found.notice, notice or self._unfinished()))))

    async def get(self, entry_id: str, reach: Reach, *, touch: bool = False) -> Entry:
        """One entry."""
        return await self._memory.get(entry_id, reach, touch=touch)

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first, untouched."""
        return await self._memory.list(query, after=after)

    async def update(self, entry_id: str, change: Change, reach: Reach) -> Entry:
        """Put something else in an entry; the vector of a new text follows."""
        changed = await self._memory.update(entry_id, change, reach)
        self._changed.set()
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
        self._changed.set()
        return merged

    async def prune(
        self, reach: Reach, *, min_strength: float = MIN_STRENGTH, min_age: timedelta = MIN_AGE, dry_run: bool = False
    ) -> int:
        """Remove what is weak and old."""
        return await self._memory.prune(reach, min_strength=min_strength, min_age=min_age, dry_run=dry_run)

    async def stats(self, reach: Reach) -> Stats:
        """What is within reach, in figures."""
        return await self._memory.stats(reach)

    async def fill(self, tell: Callable[[Progress], None] = lambda _: None) -> int:
        """Embed all that has no vector of this model yet, then let it serve; how many were.

        Raises `EmbeddingError`; what was embedded until then is kept.
        """
        if not self._embedder.dimension:
            return 0
        model, done = self._embedder.model, 0
        self._changed.clear()
        while (waiting := await self._memory.pending(model, BATCH)).texts:
            self._waiting = waiting.total
            tell(Progress(model=model, done=done, total=done + waiting.total))
            done += await self._embed(waiting.texts)
        self._waiting = 0
        await self._memory.serve(model)
        tell(Progress(model=model, done=done, total=done))
        return done

    async def follow(self, tell: Callable[[Progress], None] = lambda _: None) -> None:
        """Embed what is stored, until it is cancelled. After a failure it waits, longer each time, and tries again."""
        failures = 0
        while True:
            await self._changed.wait()
            try:
                await self.fill(tell)
                failures = 0
            except EmbeddingError as error:
                tell(Progress(model=self._embedder.model, done=0, total=self._waiting, failure=str(error)))
                self._changed.set()
                await self._clock.sleep(AGAIN[min(failures, len(AGAIN) - 1)])
                failures += 1

    async def _embed(self, texts: Sequence[Pending]) -> int:
        vectors = await self._embedder.embed([each.text[:LONGEST] for each in texts])
        if len(vectors) != len(texts):
            raise EmbeddingError(
                f"The model {self._embedder.model!r} gave {len(vectors)} vectors for {len(texts)} texts."
            )
        pairs = zip(texts, vectors, strict=True)
        made = [Embedded(key=text.key, revision=text.revision, values=values) for text, values in pairs]
        return await self._memory.embed(self._embedder.model, made)

    async def _embedded(self, text: str) -> tuple[Vector | None, str]:
        """The vector of a query, or why there is none."""
        if not self._embedder.dimension:
            return None, ""
        try:
            async with asyncio.timeout(self._patience):
                vectors = await self._asking.embed([text[:LONGEST]])
        except TimeoutError:
            return None, f"Searched by words alone: the embedding model took longer than {self._patience:g} seconds."
        except EmbeddingError as error:
            return None, f"Searched by words alone: {error}"
        return Vector(model=self._embedder.model, values=vectors[0]), ""

    def _unfinished(self) -> str:
        return (
            f"{self._waiting:,} memories have no vector yet and were searched by words alone." if self._waiting else ""
        )
