"""What the knowledge base is made of, and what it needs of the world around it."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import field
from typing import Literal, Protocol, TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.knowledge.chunk import OVERLAP, SIZE

Kind: TypeAlias = Literal["file", "glob", "url"]
"""What a source names: one file or all below one folder, the files that fit a pattern, or a page of the web."""

_Answer = TypeVar("_Answer")


class KnowledgeError(HeartbitError):
    """The knowledge base cannot do what was asked; the message says what to do next."""

    kind = "knowledge"


class Unreadable(HeartbitError):
    """A document is nothing to index: no text, too large, or gone; what was known of it is forgotten."""

    kind = "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where documents come from: a path, a pattern of paths, or a URL."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How texts are cut, in bytes; `[knowledge]` of the configuration."""

    chunk_size: int = SIZE
    chunk_overlap: int = OVERLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text as it was loaded: `uri` is an absolute path or a URL."""

    uri: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the web as text; `url` is the one after redirects."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that a search found: where it stands, how well it fits (1 is the best of this search), and by what."""

    id: str
    uri: str
    title: str
    first_line: int
    last_line: int
    text: str
    score: float
    by: tuple[Literal["words", "meaning"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gives: the hits, the best first, and a sentence where it could not search as it was meant to."""

    hits: tuple[Hit, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to search for: documents whose URI begins with `source` alone, where that is set."""

    text: str
    source: str = ""
    limit: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What indexing did: documents, and the chunks of those that are new or changed.

    `skipped` counts files that fit a pattern and are no text; `failed` says of other sources and documents why they
    were left out.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    chunks: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What the index holds for one project; `vectors` counts the chunks that the model of `model` has read."""

    documents: int = 0
    chunks: int = 0
    bytes: int = 0
    vectors: int = 0
    model: str = ""
    indexed_at: str = ""
    per_source: tuple[tuple[str, int, int], ...] = field(default=())


class Embedder(Protocol):
    """Turns texts into vectors; the one of the memory fits."""

    @property
    def model(self) -> str:
        """What made the vectors; vectors of different models are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers a vector has; 0 where nothing is embedded."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each text, in their order. Raises `HeartbitError` where that is not possible now."""
        ...


class Database(Protocol):
    """An open database; each operation runs in one hop, away from the event loop."""

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation reads. Raises `StoreError`."""
        ...

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation gives that is one transaction: all of it happens, or nothing. Raises `StoreError`."""
        ...


Find: TypeAlias = Callable[[str, str], Iterable[str]]
"""The absolute paths of the regular files below a folder that fit a pattern, without those that are ignored. The pattern
may be absolute itself; it may take long, and runs in a thread."""

Fetch: TypeAlias = Callable[[str], Awaitable[Page]]
"""Gets a page of the public web as text. Raises `HeartbitError` where it may not or cannot."""

Withheld: TypeAlias = Callable[[str], bool]
"""Whether the file at an absolute path is kept from the model."""


class Progress(Protocol):
    """Hears how far indexing is."""

    def __call__(self, stage: Literal["load", "index", "embed"], done: int, total: int, what: str) -> None: ...
