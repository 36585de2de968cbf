"""Completing `@`: how long one key takes among a hundred thousand paths, and how long the list takes to read."""

import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.processes import p95
from benchmarks.table import Row, bound
from heartbit_tui.client.corpus import Corpus, Found, corpus, search
from heartbit_tui.client.files import FileIndex
from heartbit_tui.client.listing import paths, walk

PATHS = 100_000
FILES = 20_000
TYPED = ("userhandler", "src/serv", "usrhn", "clfi", "sessindex.py", "zq", "a.b", "route/client-f")
_WORDS = ("user", "service", "handler", "test", "index", "main", "view", "model", "config", "session", "parser", "src")
_MORE = ("token", "stream", "buffer", "client", "server", "cache", "query", "route", "login", "page", "table", "graph")


def rows(count: int = PATHS) -> Iterator[Row]:
    """The rows of this benchmark."""
    listed = _generated(count)
    begun = time.thread_time()
    where = corpus(listed)
    prepared = (time.thread_time() - begun) * 1000
    text = "\n".join(listed).lower()
    floor = min(_milliseconds(lambda: "zzqx" in text) for _ in range(5))
    keys = [key for typed in TYPED for key in _typed(where, typed)]
    floors = f"{floor:.1f} ms (one `in` over all of it)"
    spent = [key[0] for key in keys]
    yield bound("`@`: one key, 95th percentile", p95(spent), 30, unit="ms", floor=floors)
    yield bound(f"`@`: the slowest of {len(keys)} keys", max(spent), 50, unit="ms")
    yield bound("`@`: the longest piece of work", max(key[1] for key in keys), 8, unit="ms")
    yield bound("`@`: preparing the list, in a thread", prepared, 1000, unit="ms")
    yield from _reading(FILES)


def _reading(count: int) -> Iterator[Row]:
    """A project read through git, and folder by folder."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path in _generated(count):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
        by_folders = _milliseconds(lambda: list(walk(root)))
        subprocess.run(("git", "init", "-q"), cwd=root, check=True)
        subprocess.run(("git", "add", "-A"), cwd=root, check=True)
        by_git = _milliseconds(lambda: paths(root))
        index = FileIndex(root)
        index.begin()
        index.wait()
        floors = f"{by_folders:.0f} ms folder by folder"
        yield bound(f"`@`: listing {index.size} files and folders with git", by_git, 2000, unit="ms", floor=floors)


def _typed(where: Corpus, query: str) -> Iterator[tuple[float, float]]:
    """Milliseconds of each key of a query, and of its longest step; the best of five times."""
    rest = where
    for size in range(1, len(query) + 1):
        tries = [_key(rest, query[:size]) for _ in range(5)]
        yield min((sum(times), max(times)) for times, _ in tries)
        rest = tries[0][1].rest or where


def _key(where: Corpus, query: str) -> tuple[list[float], Found]:
    """Milliseconds of each step of a search, and what it found."""
    steps = search(where, query, 50)
    times: list[float] = []
    while True:
        begun = time.thread_time()
        try:
            next(steps)
        except StopIteration as end:
            return [*times, (time.thread_time() - begun) * 1000], end.value
        times.append((time.thread_time() - begun) * 1000)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _generated(count: int) -> list[str]:
    chance = random.Random(1)
    words = (*_WORDS, *_MORE)
    folders = ["/".join(chance.sample(words, chance.randrange(1, 6))) for _ in range(count // 12)]
    found: dict[str, None] = {}
    while len(found) < count:
        parts = chance.sample(words, chance.randrange(1, 4))
        name = "".join(map(str.title, parts)) if chance.random() < 0.3 else chance.choice("_-").join(parts)
        found[f"{chance.choice(folders)}/{name}{chance.choice(('.py', '.ts', '.md', '.rs', '.json'))}"] = None
    return list(found)
