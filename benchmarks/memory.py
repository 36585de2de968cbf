"""The memory: how fast it recalls and stores, how much it takes, and how well it finds."""

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

from benchmarks.retrieval import Meanings, Retrieval, made, ndcg
from benchmarks.table import Row, bound
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory, codes, scopes, spaces
from heartbit_tui.memory.sqlite.nearest import Nearest
from heartbit_tui.memory.types import Embedded, NewEntry, Query, Reach, Scope, Vector
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.testing.clock import EPOCH, FakeClock

SIZES = ((10_000, 20.0), (100_000, 50.0))
"""How many entries, and within how many ms 95 of 100 recalls of them come back."""

REACH = Reach(user="bench")
BATCH = 1_000
RECALLS = 500
"""How many are timed, from the first on, which finds nothing in any cache."""
DIMENSION = 384
TOPICS = 2_000
WORDS = 20_000


def rows() -> Iterator[Row]:
    """The rows of this benchmark."""
    for size, bar in SIZES:
        with tempfile.TemporaryDirectory() as name:
            yield from asyncio.run(_speed(Path(name) / "heartbit.db", size, bar))
    with tempfile.TemporaryDirectory() as name:
        yield from asyncio.run(_quality(Path(name) / "heartbit.db", made()))


class Notes:
    """Notes as people leave them, in length and in how common their words are, with vectors that lie in topics."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._words = [f"word{n}" for n in range(WORDS)]
        self._weights = list(itertools.accumulate(1 / (n + 3) for n in range(WORDS)))
        self._noise = [self._dice.gauss(0, 1) for _ in range(100_003)]
        self._topics = [self._window() for _ in range(TOPICS)]

    def entry(self) -> NewEntry:
        return NewEntry(
            content=self.text(25),
            keywords=tuple(self.text(3).split()),
            scope=Scope(user="bench", project=f"/{self._dice.randrange(5)}"),
            importance=self._dice.randint(1, 10),
            at=EPOCH - timedelta(hours=2_000 * self._dice.random()),
        )

    def text(self, words: int) -> str:
        return " ".join(self._dice.choices(self._words, cum_weights=self._weights, k=words))

    def vector(self) -> list[float]:
        return [topic + 0.9 * own for topic, own in zip(self._dice.choice(self._topics), self._window(), strict=True)]

    def _window(self) -> list[float]:
        start = self._dice.randrange(len(self._noise) - DIMENSION)
        return self._noise[start : start + DIMENSION]


@asynccontextmanager
async def _opened(path: Path) -> AsyncGenerator[SqliteMemory]:
    async with Database.open(path, "memory", STEPS, driver.with_vectors) as database:
        yield SqliteMemory(database, FakeClock())


async def _speed(path: Path, size: int, bar: float) -> list[Row]:
    notes = Notes()
    before = _resident()
    rate = await _filled(path, notes, size)
    async with _opened(path) as memory:
        first, words = await _timed(lambda: memory.recall(Query(reach=REACH, text=notes.text(8))))
        vectors = [Vector(model="bench", values=notes.vector()) for _ in range(RECALLS)]
        second, both = await _timed(lambda: memory.recall(Query(reach=REACH, text=notes.text(8), vector=vectors.pop())))
    grown = _resident() - before
    overlap = _overlap(path, notes)
    what = f"{size:,} memories"
    return [
        _least(f"store {what} without vectors, in batches of {BATCH:,}", rate, 1_000, "a second"),
        bound(f"recall from {what} by words, p95", words, bar, unit="ms", floor=f"the first {first:.0f} ms"),
        bound(
            f"recall from {what} by words and vectors, p95", both, bar, unit="ms", floor=f"the first {second:.0f} ms"
        ),
        bound(f"memory that storing and recalling {what} takes", grown, 60, unit="MB"),
        _least(f"top 10 of {what} as an exact search has them", overlap, 0.98, ""),
    ]


async def _filled(path: Path, notes: Notes, size: int) -> float:
    """Store so many notes, then their vectors; how many notes a second."""
    spent = 0.0
    async with _opened(path) as memory:
        for _ in range(0, size, BATCH):
            batch = [notes.entry() for _ in range(BATCH)]
            began = time.perf_counter()
            await memory.store_many(batch)
            spent += time.perf_counter() - began
        while texts := (await memory.pending("bench", BATCH)).texts:
            made_of = [Embedded(key=each.key, revision=each.revision, values=notes.vector()) for each in texts]
            await memory.embed("bench", made_of)
        await memory.serve("bench")
    return size / spent


async def _timed(recall: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Milliseconds that the first recall took, and within which 95 of 100 came back, the first among them."""
    spent: list[float] = []
    for _ in range(RECALLS):
        began = time.perf_counter()
        await recall()
        spent.append((time.perf_counter() - began) * 1000)
    return spent[0], sorted(spent)[int(0.95 * RECALLS)]


def _overlap(path: Path, notes: Notes, queries: int = 20) -> float:
    """How many of the exactly nearest ten a search through the codes finds."""
    connection = driver.connect(path, reads_only=True)
    try:
        driver.with_vectors(connection)
        return sum(_shared(connection, notes.vector()) for _ in range(queries)) / (10 * queries)
    finally:
        connection.close()


def _shared(connection: Connection, values: list[float]) -> int:
    where, place = scopes.where(connection, Query(reach=REACH)), spaces.find(connection, "bench")
    if where is None or place is None:
        raise SystemExit("Nothing was stored.")
    found = {key for key, _ in Nearest().search(connection, place, where, values, 10)}
    exact = f"SELECT key FROM memory_vectors_{place.key} ORDER BY vec_distance_cosine(vector, ?) LIMIT 10"
    return len(found & {row[0] for row in connection.execute(exact, (codes.unit(values).tobytes(),))})


async def _quality(path: Path, retrieval: Retrieval) -> list[Row]:
    """How well the answers are found by words, by vectors and by both: nDCG@10 in points, 100 at best."""
    embedder, ways = Meanings(), ("words", "vectors", "both")
    points = dict.fromkeys(ways, 0.0)
    async with _opened(path) as memory:
        new = [NewEntry(id=name, content=text, scope=Scope(user="bench")) for name, text in retrieval.notes.items()]
        await memory.store_many(new)
        while texts := (await memory.pending(embedder.model, BATCH)).texts:
            given = [Embedded(key=e.key, revision=e.revision, values=embedder.vector(e.text)) for e in texts]
            await memory.embed(embedder.model, given)
        for question in retrieval.questions:
            vector = Vector(model=embedder.model, values=embedder.vector(question.text))
            for way in ways:
                query = Query(
                    reach=REACH,
                    text="" if way == "vectors" else question.text,
                    vector=None if way == "words" else vector,
                )
                found = (await memory.recall(query, touch=False)).found
                points[way] += 100 * ndcg([each.entry.id for each in found], question.answers)
    words, vectors, both = (each / len(retrieval.questions) for each in points.values())
    plain = _plain(retrieval)
    single = f"words {words:.1f}, vectors {vectors:.1f}"
    return [
        _least("questions answered by words, nDCG@10", words, plain, "points", floor=f"SQLite's bm25: {plain:.1f}"),
        _least("questions answered by both, nDCG@10", both, max(words, vectors) + 5, "points", floor=single),
    ]


def _plain(retrieval: Retrieval) -> float:
    """What SQLite's own bm25 makes of the same questions."""
    connection = driver.connect(Path(":memory:"))
    try:
        connection.execute("CREATE VIRTUAL TABLE notes USING fts5 (id UNINDEXED, content)")
        connection.executemany("INSERT INTO notes VALUES (?, ?)", list(retrieval.notes.items()))
        points = 0.0
        for question in retrieval.questions:
            match = " OR ".join(f'"{word}"' for word in question.text.split())
            asked = "SELECT id FROM notes WHERE notes MATCH ? ORDER BY bm25(notes), rowid DESC LIMIT 10"
            points += 100 * ndcg([row[0] for row in connection.execute(asked, (match,))], question.answers)
        return points / len(retrieval.questions)
    finally:
        connection.close()


def _least(what: str, value: float, least: float, unit: str, *, floor: str = "") -> Row:
    shown = f"{value:,.0f}" if value > 1_000 else f"{value:.3g}"
    return Row(
        what=what,
        value=f"{shown} {unit}".strip(),
        floor=floor,
        bar=f">= {least:.4g} {unit}".strip(),
        holds=value >= least,
    )


def _resident() -> float:
    """Megabytes of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system does not tell how much memory a process has.")
