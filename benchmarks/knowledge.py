"""The knowledge base: how fast documents are indexed, how fast they are looked over again, and how fast it answers."""

import asyncio
import random
import statistics
import tempfile
import time
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.processes import p95
from benchmarks.table import Row, bound
from heartbit_tui.knowledge import schema
from heartbit_tui.knowledge.embedding import Vectors
from heartbit_tui.knowledge.index import Index
from heartbit_tui.knowledge.load import Loader, source_of
from heartbit_tui.knowledge.search import Search
from heartbit_tui.knowledge.types import Page, Settings, Wanted
from heartbit_tui.memory.embed.following import follow
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.documents import files
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database

DOCUMENTS = 1_700
PARAGRAPHS = 25
QUESTIONS = 60
DIMENSION = 384


def rows(documents: int = DOCUMENTS) -> Iterator[Row]:
    """The rows of this benchmark, in processor time."""
    with tempfile.TemporaryDirectory() as name:
        yield from asyncio.run(_measured(Path(name), documents))


async def _measured(folder: Path, documents: int) -> list[Row]:
    root = folder / "project"
    words = _written(root, documents)
    floor = min(_read(root) for _ in range(3))
    async with _opened(folder, root) as (database, loader):
        index = Index(database, str(root), Settings(), SystemClock())
        first = await _spent(lambda: index.refresh([source_of("**/*.md")], loader))
        again = await _spent(lambda: index.refresh([source_of("**/*.md")], loader))
        chunks = (await index.stats()).chunks
        embedder = _Directions()
        by_words = await _answers(Search(database, str(root)), words)
        await follow(Vectors(database, str(root)), embedder)
        both = await _answers(Search(database, str(root), embedder), words)
    floors = f"{floor:.0f} ms (reading the files)"
    rate = chunks / first * 1000
    counted = f"{documents:,} documents, {chunks:,} chunks"
    return [
        bound(f"knowledge: indexing {counted} ({rate:,.0f} chunks/s)", first, 5_000, unit="ms", floor=floors),
        bound("knowledge: the same again, nothing changed", again, 600, unit="ms", floor=floors),
        bound("knowledge: a question by words, 95th percentile", p95(by_words), 20, unit="ms"),
        bound("knowledge: by words and meaning, 95th percentile", p95(both), 80, unit="ms"),
        bound("knowledge: by words and meaning, median", statistics.median(both), 60, unit="ms"),
    ]


class _Directions:
    """An embedder that takes no time: one of many directions for each text."""

    model, dimension = "directions", DIMENSION

    def __init__(self) -> None:
        chance = random.Random(3)
        self._known = [[chance.gauss(0, 1) for _ in range(DIMENSION)] for _ in range(500)]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._known[zlib.crc32(text.encode()) % len(self._known)] for text in texts]


@asynccontextmanager
async def _opened(folder: Path, root: Path) -> AsyncGenerator[tuple[Database, Loader]]:
    async def no_page(url: str) -> Page:
        raise NotImplementedError(url)

    async with Database.open(folder / "data.db", schema.NAME, schema.STEPS, driver.with_vectors) as database:
        yield database, Loader(root, folder, find=files, fetch=no_page, withheld=lambda _: False)


async def _answers(search: Search, words: Sequence[str]) -> list[float]:
    """Milliseconds of each question."""
    chance = random.Random(2)
    times: list[float] = []
    for _ in range(QUESTIONS):
        wanted = Wanted(text=" ".join(chance.sample(words, 4)))
        times.append(await _spent(lambda wanted=wanted: search.find(wanted)))
    return times


async def _spent(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.process_time()
    await work()
    return (time.process_time() - begun) * 1000


def _read(root: Path) -> float:
    begun = time.process_time()
    for path in root.glob("**/*.md"):
        path.read_bytes()
    return (time.process_time() - begun) * 1000


def _written(root: Path, documents: int) -> list[str]:
    """A project of documents whose words are as unequal as those of a language; the words."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randrange(3, 10))) for _ in range(8_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for number in range(documents):
        path = root / f"part{number % 40}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = chance.choices(words, weights, k=PARAGRAPHS * 25)
        paragraphs = (" ".join(drawn[start : start + 25]) for start in range(0, len(drawn), 25))
        path.write_text("\n\n".join(paragraphs), "utf-8")
    return words[200:]
