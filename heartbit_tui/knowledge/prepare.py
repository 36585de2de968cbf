"""What becomes of a document before it is written: its digest, and its chunks where that is a new one."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.knowledge.chunk import Chunk, chunks
from heartbit_tui.knowledge.load import read
from heartbit_tui.knowledge.types import Document, Settings

_CUTTER = 1
"""Goes up when texts are cut in another way than before, so that all are cut anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A document with the digest of all that its chunks are made of."""

    document: Document
    digest: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """A document that is as it was when it was indexed."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A document that could not be loaded, and why."""

    uri: str
    problem: HeartbitError


Outcome: TypeAlias = Ready | Same | Left


def ready(document: Document, settings: Settings, known: str) -> Ready | Same:
    """The document cut in chunks, unless `known` is its digest."""
    digest = digest_of(document, settings)
    if digest == known:
        return Same(uri=document.uri)
    found = chunks(document.text, size=settings.chunk_size, overlap=settings.chunk_overlap)
    return Ready(document=document, digest=digest, chunks=found)


def ready_files(paths: Iterable[str], settings: Settings, known: Mapping[str, str]) -> list[Outcome]:
    """Files, read and cut; for a thread."""
    return [_ready_file(path, settings, known.get(path, "")) for path in paths]


def _ready_file(path: str, settings: Settings, known: str) -> Outcome:
    try:
        return ready(read(path), settings, known)
    except HeartbitError as problem:
        return Left(uri=path, problem=problem)


def digest_of(document: Document, settings: Settings) -> str:
    """A hash of the text, the title, and the way of cutting."""
    how = f"{_CUTTER} {settings.chunk_size} {settings.chunk_overlap}\0{document.title}\0"
    return hashlib.sha256((how + document.text).encode("utf-8", "replace")).hexdigest()
