"""What outlives a session: entries that are scored, fade, grow by use, link to each other, and are found again.

`types` has the words, `protocols` what a memory can be asked for. A `Reach` says what its holder can get at. `sqlite` keeps
entries in the data file, `volatile` in the process alone; `semantic` adds vectors to either. What a score is made of is
in `scoring`, `bm25` and `fusion`, which are pure, as are `clusters` and `reflection`.
"""

from heartbit_tui.memory.errors import EmbeddingError, EntryError, EntryMissing, EntryRefused
from heartbit_tui.memory.protocols import MIN_AGE, MIN_STRENGTH, Embedder, Memory, Vectors
from heartbit_tui.memory.types import (
    Change,
    Confidentiality,
    Embedded,
    Entry,
    EntryType,
    Floats,
    Merged,
    NewEntry,
    Origin,
    Pending,
    Query,
    Reach,
    Recall,
    Recalled,
    Scope,
    Space,
    Stats,
    Vector,
    Waiting,
    Why,
)

__all__ = [
    "MIN_AGE",
    "MIN_STRENGTH",
    "Change",
    "Confidentiality",
    "Embedded",
    "Embedder",
    "EmbeddingError",
    "Entry",
    "EntryError",
    "EntryMissing",
    "EntryRefused",
    "EntryType",
    "Floats",
    "Memory",
    "Merged",
    "NewEntry",
    "Origin",
    "Pending",
    "Query",
    "Reach",
    "Recall",
    "Recalled",
    "Scope",
    "Space",
    "Stats",
    "Vector",
    "Vectors",
    "Waiting",
    "Why",
]
