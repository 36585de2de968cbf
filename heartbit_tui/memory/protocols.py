"""What a memory can be asked for, what follows it with vectors, and what makes them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from heartbit_tui.memory.types import (
    Change,
    Embedded,
    Entry,
    Floats,
    Merged,
    NewEntry,
    Query,
    Reach,
    Recall,
    Stats,
    Waiting,
)

MIN_STRENGTH = 0.1
"""Under which pruning takes an entry."""

MIN_AGE = timedelta(hours=24)
"""Up to which age pruning takes none."""


class Memory(Protocol):
    """Entries that outlive a session. Each operation happens as a whole or not at all.

    What is out of reach does not exist: nothing is read, changed, linked, merged or pruned beyond it. All raise
    `StoreError` when the file cannot be used. `heartbit_tui.testing.conformance_memory` is what each has to hold to.
    """

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        """Keep an entry, by its id where that is there already. Without `reach` its own scope decides.

        Raises `EntryRefused` for what is empty or too large, or for an id that another scope has.
        """
        ...

    async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
        """Keep all of them, or none."""
        ...

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        """The best entries for a query. `touch` makes them stronger; what no agent asked for leaves them as they are."""
        ...

    async def get(self, entry_id: str, reach: Reach, *, touch: bool = False) -> Entry:
        """One entry; `touch` makes it stronger, as a recall does. Raises `EntryMissing`."""
        ...

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first, untouched; `after` is the id that the page before ended with.

        `query.text` narrows to entries that have all of its words.
        """
        ...

    async def update(self, entry_id: str, change: Change, reach: Reach) -> Entry:
        """Put something else in an entry; its vector is made anew. Raises `EntryMissing`, `EntryRefused`."""
        ...

    async def forget(self, entry_id: str, reach: Reach) -> bool:
        """Remove an entry with its links, words and vectors; whether it was there."""
        ...

    async def link(self, entry_id: str, related_id: str, reach: Reach) -> bool:
        """Link two entries both ways; whether both are there. Linking twice, or to itself, changes nothing."""
        ...

    async def pin(self, entry_id: str, reach: Reach, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging, or no longer. Raises `EntryMissing`."""
        ...

    async def merge(self, entry: NewEntry, source_ids: Sequence[str], reach: Reach) -> Merged:
        """Put one entry in the place of several, in one step.

        It gets the union of their tags and keywords and the strictest of their levels. Raises `EntryMissing` when
        none of them is there.
        """
        ...

    async def prune(
        self, reach: Reach, *, min_strength: float = MIN_STRENGTH, min_age: timedelta = MIN_AGE, dry_run: bool = False
    ) -> int:
        """Remove what is weaker than `min_strength` and older than `min_age`, and not pinned; how many."""
        ...

    async def stats(self, reach: Reach) -> Stats:
        """What is within reach, in figures."""
        ...


class Vectors(Protocol):
    """The side of a memory that vectors are handed to, after the texts were stored."""

    async def pending(self, model: str, limit: int) -> Waiting:
        """Texts that this model has not embedded yet, newest first."""
        ...

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        """Keep vectors; how many were. Those of texts that changed meanwhile are left out, and pending again.

        Raises `EmbeddingError` when their lengths differ, `LengthChanged` when they differ from those that the model
        gave before alone.
        """
        ...

    async def serve(self, model: str) -> None:
        """Use this model's vectors from now on, and give up those of every other one."""
        ...


class Embedder(Protocol):
    """What turns texts into vectors."""

    @property
    def model(self) -> str:
        """Its name; vectors of another name are never compared with its own."""
        ...

    @property
    def dimension(self) -> int:
        """The length of its vectors; 0 for an embedder that makes none."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """A vector for each text, in order. Raises `EmbeddingError`."""
        ...
