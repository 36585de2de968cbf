"""A damaged file and its log of writes as one set of pages."""

import mmap
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from heartbit_tui.store.salvage.pages import Image
from heartbit_tui.store.salvage.wal import frames

USUAL = 4096
LOOKED_AT = 200
TREES = frozenset({0x02, 0x05, 0x0A, 0x0D})


@contextmanager
def opened(path: Path) -> Generator[Image]:
    """The pages of a file, with what its write-ahead log holds over them. Raises `OSError`."""
    log = path.with_name(f"{path.name}-wal")
    wal = log.read_bytes() if log.exists() else b""
    with _mapped(path) as data:
        size = _page_size(data, wal)
        over = dict(frames(wal, size))
        yield Image(data, over, size, size, max(-(-len(data) // size), *over, 0))


@contextmanager
def _mapped(path: Path) -> "Generator[bytes | mmap.mmap]":
    if not path.stat().st_size:
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _page_size(data: bytes | mmap.mmap, wal: bytes) -> int:
    """The size of a page: what the file, its log or the habit tells, whichever finds most pages of trees."""
    told = (int.from_bytes(data[16:18], "big"), int.from_bytes(wal[8:12], "big"), USUAL)
    sizes = dict.fromkeys(65536 if each == 1 else each for each in told)
    fitting = [size for size in sizes if 512 <= size <= 65536 and size & (size - 1) == 0]
    return max(fitting, key=lambda size: _pages(data, size))


def _pages(data: bytes | mmap.mmap, size: int) -> float:
    """The share of pages that begin as a page of a tree does, among the first."""
    starts = range(size, min(len(data), LOOKED_AT * size), size)
    found = sum(data[at] in TREES and data[at + 7] == 0 for at in starts if at + 8 <= len(data))
    return found / len(starts) if starts else 0.0
