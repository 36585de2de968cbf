"""What it costs to keep track of a workspace for undo: a look at it when nothing has changed, beside one walk over it."""

import hashlib
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from benchmarks.table import Row, ratio
from heartbit_tui.runtime.undo_parts import GitIgnore
from heartbit_tui.undo.blobs import LEVEL
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.index import Index
from heartbit_tui.undo.scan import FRESH, scan
from heartbit_tui.undo.types import Bounds

FILES = 10_000
ROUNDS = 15
FOLDER = 20
"""Files a folder, as in most projects."""


def rows() -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "tree"
        plant(root, FILES)
        engine, index = Engine(Path(name) / "undo"), Index([str(root)])
        looker, ignoring, stop = engine.looker(), GitIgnore(), threading.Event()

        def look() -> object:
            return scan(index, looker, ignoring, Bounds(), stop)

        first = _spent(look)
        plain = _spent(lambda: keep(str(root), Path(name) / "plain"))
        time.sleep(FRESH / 1e9)
        look()
        pairs = [(_spent(lambda: walk(str(root))), _spent(look)) for _ in range(ROUNDS)]
        engine.close()
    floor, again = (statistics.median(each) for each in zip(*pairs, strict=True))
    what = f"a look at {FILES:,} files of which none has changed, to one os.scandir walk with stat"
    yield ratio(what, again, floor, 1.5)
    what = f"the first look at {FILES:,} files, to a plain walk that reads, hashes, compresses and writes each"
    yield ratio(what, first, plain, 1.5)


def plant(root: Path, files: int) -> None:
    """A tree of small files."""
    for number in range(files):
        folder = root / f"part{number // FOLDER // 10}" / f"sub{number // FOLDER % 10}"
        if number % FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"file{number}.py").write_text(f"NUMBER = {number}\n" * 20)
    if files:
        (root / ".gitignore").write_text("*.pyc\n__pycache__/\n/dist\n")


def walk(root: str) -> int:
    """One walk with a status of everything, as plainly as Python does it; how many paths there are."""
    found, waiting = 0, [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                entry.stat(follow_symlinks=False)
                found += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return found


def keep(root: str, kept: Path) -> int:
    """The plain way to keep what all files hold, each under its digest, whole or not at all; how many bytes they have."""
    read, waiting, compressor = 0, [root], zstandard.ZstdCompressor(level=LEVEL)
    while waiting:
        for entry in list(os.scandir(waiting.pop())):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
                continue
            data = Path(entry.path).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            place = kept / digest[:2] / digest[2:]
            place.parent.mkdir(parents=True, exist_ok=True)
            aside = place.with_suffix(".new")
            aside.write_bytes(compressor.compress(data))
            aside.rename(place)
            read += len(data)
    return read


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
