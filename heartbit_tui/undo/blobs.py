"""Contents of files, each kept once under its digest, compressed."""

import hashlib
import os
import threading
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path

import zstandard

from heartbit_tui.kernel.dataclass import dataclass

LEVEL = 3
SUFFIX = ".zst"
LARGEST = 1 << 31
"""No content that is read back is larger; a damaged file could claim to be."""


class Gone(Exception):
    """A content is not in the store any more, or is damaged there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep removed, or would remove, and what stays."""

    removed: int
    freed: int
    kept: int
    size: int


def digest_of(data: bytes) -> str:
    """The name of a content: its SHA-256."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """The store in a folder. Several processes may use it at once: a content is written aside and then named.

    Everything but `Gone` is an `OSError`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._folders: set[str] = set()
        self._numbers = count()

    def keep(self, data: bytes) -> str:
        """Keep a content; its digest."""
        digest = digest_of(data)
        if digest not in self._known:
            if not self.has(digest):
                self._write(digest, data)
            self._known.add(digest)
        return digest

    def has(self, digest: str) -> bool:
        """Whether a content is there; a file without anything in it is none."""
        try:
            return self._path(digest).stat().st_size > 0
        except OSError:
            return False

    def read(self, digest: str) -> bytes:
        """A content. Raises `Gone`."""
        try:
            packed = self._path(digest).read_bytes()
            data = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
        except (OSError, zstandard.ZstdError, MemoryError) as error:
            raise Gone(digest) from error
        if digest_of(data) != digest:
            raise Gone(digest)
        return data

    def sweep(self, wanted: Collection[str], *, older_than: float, dry_run: bool = False) -> Swept:
        """Remove all that is not wanted and was written before `older_than` (seconds since 1970)."""
        removed = freed = kept = size = 0
        for digest, entry in self._entries():
            found = entry.stat(follow_symlinks=False)
            if digest in wanted or found.st_mtime >= older_than:
                kept, size = kept + 1, size + found.st_size
                continue
            removed, freed = removed + 1, freed + found.st_size
            if not dry_run:
                Path(entry.path).unlink()
        return Swept(removed=removed, freed=freed, kept=kept, size=size)

    def sizes(self) -> dict[str, int]:
        """How many bytes each content takes on disk."""
        return {digest: entry.stat(follow_symlinks=False).st_size for digest, entry in self._entries()}

    def _entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """The files of the store with the digest of each; one that was only begun has none."""
        try:
            folders = [each for each in os.scandir(self._folder) if each.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            return
        for folder in folders:
            for entry in list(os.scandir(folder.path)):
                yield (f"{folder.name}{entry.name.removesuffix(SUFFIX)}" if entry.name.endswith(SUFFIX) else ""), entry

    def _write(self, digest: str, data: bytes) -> None:
        path = self._path(digest)
        if digest[:2] not in self._folders:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folders.add(digest[:2])
        with self._lock:
            packed = self._compressor.compress(data)
        aside = path.with_suffix(f".{os.getpid()}.{next(self._numbers)}")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packed)
            aside.rename(path)
        except BaseException:
            aside.unlink()
            raise

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest[2:]}{SUFFIX}"
