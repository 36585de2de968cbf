"""Looks for the heartbeats of workspaces, and reads a file anew where it is another than before."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules import plain
from heartbit_tui.schedules.beats import Found, Unusable
from heartbit_tui.schedules.beats_file import parse

BEGINS, ENDS = "HEARTBEAT", ".md"
LARGEST = 256 * 1024
"""Bytes of a file; a larger one is none."""

Refused: TypeAlias = Callable[[Path, bytes], str]
"""Why a file with these contents does not count, in one sentence; empty where it does."""


def everything(file: Path, data: bytes) -> str:
    """Of a workspace in which nothing is refused."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder whose heartbeats count; `refused` says which of its files do not, asked whenever one was changed."""

    folder: Path
    refused: Refused = everything


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as it was read: what it was known by, its bytes, and what was in it."""

    stamp: tuple[int, int, int]
    data: bytes
    found: Found


class Finder:
    """All heartbeats of some workspaces, in the order of their paths; blocks for as long as the disk does.

    `here` is the zone of hours whose file names none.
    """

    def __init__(self, workspaces: Callable[[], Sequence[Workspace]], here: tzinfo) -> None:
        self._workspaces = workspaces
        self._here = here
        self._read: dict[Path, _Read] = {}
        self.folders: tuple[Path, ...] = ()
        """The folders that were looked into."""

    def __call__(self) -> tuple[Found, ...]:
        """Look into all of them."""
        spaces = {each.folder: each for each in self._workspaces()}
        self.folders = tuple(folder for folder in spaces if folder.is_dir())
        found = {file: space for space in spaces.values() for file in files(space.folder)}
        self._read = {file: read for file, read in self._read.items() if file in found}
        return tuple(self._look(file, found[file]) for file in sorted(found))

    def _look(self, file: Path, space: Workspace) -> Found:
        known = self._read.get(file)
        try:
            stamp = _stamp(file)
            if known is None or known.stamp != stamp:
                data = _contents(file)
                known = self._read[file] = _Read(
                    stamp, data, parse(data.decode("utf-8"), file, space.folder, self._here)
                )
        except UnicodeDecodeError:
            return _unusable(file, space, f"{file.name}: it is no UTF-8 text.")
        except OSError as error:
            return _unusable(file, space, f"{file.name}: it cannot be read: {error.strerror or error}.")
        refused = space.refused(file, known.data)
        return _unusable(file, space, refused, keeps=False) if refused else known.found


def files(folder: Path) -> Iterator[Path]:
    """The files in a folder that are heartbeats by their names; none where it is not there or may not be read."""
    try:
        with os.scandir(folder) as found:
            names = [each.name for each in found if is_one(each.name)]
    except (OSError, ValueError):
        return
    yield from (folder / name for name in sorted(names))


def is_one(name: str) -> bool:
    """Whether a file of this name is a heartbeat."""
    return name.startswith(BEGINS) and name.endswith(ENDS)


def _stamp(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _contents(file: Path) -> bytes:
    """What a file holds. Raises `OSError`, also for a large one."""
    data = plain.contents(file, LARGEST)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST // 1024} KiB")
    return data


def _unusable(file: Path, space: Workspace, reason: str, *, keeps: bool = True) -> Unusable:
    return Unusable(key=str(file), file=file, workspace=space.folder, reason=reason, keeps=keeps)
