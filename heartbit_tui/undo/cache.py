"""The index of a workspace, kept between sessions, so that only what has changed since is read again."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import zstandard

from heartbit_tui.undo.blobs import LARGEST
from heartbit_tui.undo.index import Folder, Index, Known
from heartbit_tui.undo.record import state_of
from heartbit_tui.undo.types import State

SUFFIX = ".index"
SINCE = ".since"
"""The records of what was seen since the index was kept, a line each."""


class Cache:
    """The file of one workspace in a folder; one that cannot be read counts as none."""

    def __init__(self, folder: Path, roots: Iterable[str]) -> None:
        name = hashlib.sha256("\0".join(roots).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._file = folder / f"{name}{SUFFIX}"
        self._since = folder / f"{name}{SINCE}"

    def load(self, index: Index) -> None:
        """Fill an index that knows nothing; its `whole` is set where anything was kept."""
        try:
            data = zstandard.ZstdDecompressor().decompress(self._file.read_bytes(), max_output_size=LARGEST)
            lines = iter(data.splitlines())
            for root in json.loads(next(lines)):
                index.roots[root] = _folder(lines)
        except (OSError, zstandard.ZstdError, ValueError, TypeError, KeyError, StopIteration, RecursionError):
            for root in index.roots:
                index.roots[root] = Folder()
            return
        index.whole = True

    def add(self, record: str) -> None:
        """Something was seen since the index was kept, and is known as this record. Raises `OSError`."""
        self._since.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._since, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(f"{record}\n")

    def since(self) -> tuple[str, ...]:
        """The records that were added since the index was kept, in their order."""
        try:
            return tuple(self._since.read_text("ascii").split())
        except (OSError, ValueError):
            return ()

    def save(self, index: Index) -> None:
        """Keep what an index knows. Raises `OSError`."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [json.dumps(list(index.roots)), *(line for folder in index.roots.values() for line in _lines(folder))]
        packed = zstandard.ZstdCompressor().compress("\n".join(lines).encode("ascii"))
        aside = self._file.with_suffix(f".{os.getpid()}")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(packed)
            aside.rename(self._file)
            self._since.unlink(missing_ok=True)
        except BaseException:
            with suppress(OSError):
                aside.unlink()
            raise


def kept_contents(folder: Path) -> Iterator[str]:
    """The digests of all contents that the indexes in a folder name."""
    for file in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
        with suppress(OSError, zstandard.ZstdError, ValueError, TypeError, IndexError):
            data = zstandard.ZstdDecompressor().decompress(file.read_bytes(), max_output_size=LARGEST)
            for line in data.splitlines()[1:]:
                for _, row in json.loads(line):
                    if row[0] == "file" and State(kind="file", content=row[2]).is_kept:
                        yield row[2]


def kept_records(folder: Path) -> Iterator[str]:
    """The records that were added to the indexes in a folder."""
    for file in folder.glob(f"*{SINCE}") if folder.is_dir() else ():
        with suppress(OSError, ValueError):
            yield from file.read_text("ascii").split()


def _lines(folder: Folder) -> Iterator[str]:
    """A folder as one line, then those in it in the order of their names in that line."""
    yield json.dumps([[name, _row(known)] for name, known in folder.known.items()])
    for known in folder.known.values():
        if known.inner is not None:
            yield from _lines(known.inner)


def _folder(lines: Iterator[bytes]) -> Folder:
    folder = Folder({name: _known(row) for name, row in json.loads(next(lines))})
    for known in folder.known.values():
        if known.inner is not None:
            known.inner = _folder(lines)
    return folder


def _row(known: Known) -> list[Any]:
    state = known.state
    shown = [state.kind, state.mode, state.content, state.size, state.names, known.inner is not None]
    if not known.sure:
        return shown
    return [*shown, known.changed, known.modified, known.inode, known.mode, known.size]


def _known(row: list[Any]) -> Known:
    state = state_of(row[:5])
    if state is None:
        raise ValueError(row)
    known = Known(state, inner=Folder() if row[5] else None)
    if len(row) > 6:
        known.changed, known.modified, known.inode, known.mode, known.size = (int(each) for each in row[6:])
        known.sure = True
    return known
