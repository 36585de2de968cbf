"""What one path is: looked at without following a link, its content kept."""

import os
import stat
from contextlib import closing

from heartbit_tui.undo.blobs import Blobs
from heartbit_tui.undo.types import UNKEPT, Bounds, State, Why

PLACE = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
PIECE = 1 << 20
GIT = ".git"


class Handle:
    """An open folder, closed in the end: paths below it are reached without following a link."""

    def __init__(self, number: int) -> None:
        self.number = number

    def close(self) -> None:
        """Give it back."""
        os.close(self.number)


def reached(folder: str, flags: int = PLACE) -> "closing[Handle]":
    """A folder, step by step from the top. Raises `OSError`, also where a part of the path is a link."""
    number = os.open("/", PLACE)
    try:
        parts = [part for part in folder.split("/") if part]
        for place, part in enumerate(parts, 1):
            deeper = os.open(part, flags if place == len(parts) else PLACE, dir_fd=number)
            os.close(number)
            number = deeper
    except BaseException:
        os.close(number)
        raise
    return closing(Handle(number))


class Looker:
    """Looks at paths, keeps what files hold, and stops keeping when there is no more room."""

    def __init__(self, blobs: Blobs, bounds: Bounds) -> None:
        self._blobs = blobs
        self._bounds = bounds
        self._room = bounds.total

    def at(self, path: str) -> State | None:
        """What is at an absolute path; None for nothing, and where its folder cannot be reached without a link."""
        folder, name = os.path.split(path)
        try:
            with reached(folder) as handle:
                found = os.stat(name, dir_fd=handle.number, follow_symlinks=False)
                return self.of(handle.number, name, found)
        except OSError:
            return None

    def of(self, folder: int, name: str, found: os.stat_result) -> State:
        """What a name in an open folder is, given its status."""
        mode = found.st_mode
        if name == GIT:
            return State(kind="apart", content="git")
        if stat.S_ISREG(mode):
            return self._file(folder, name, found)
        if stat.S_ISDIR(mode):
            return State(kind="folder", mode=stat.S_IMODE(mode))
        if stat.S_ISLNK(mode):
            return _link(folder, name)
        if stat.S_ISFIFO(mode):
            return State(kind="pipe", mode=stat.S_IMODE(mode))
        return State(kind="other", content="socket" if stat.S_ISSOCK(mode) else "device")

    def _file(self, folder: int, name: str, found: os.stat_result) -> State:
        if found.st_size > self._bounds.file:
            return unkept("large", found)
        if found.st_size > self._room:
            return unkept("full", found)
        try:
            data = _content(folder, name, found.st_size, self._bounds.file)
        except OSError:
            return unkept("unreadable", found)
        if len(data) > self._bounds.file:
            return unkept("large", found)
        self._room -= len(data)
        return State(
            kind="file",
            mode=stat.S_IMODE(found.st_mode),
            content=self._blobs.keep(data),
            size=len(data),
            names=found.st_nlink,
        )


def unkept(why: Why, found: os.stat_result) -> State:
    """A file whose content is not kept: its status tells it from others."""
    mark = f"{UNKEPT}{why}:{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"
    mode = stat.S_IMODE(found.st_mode)
    return State(kind="file", mode=mode, content=mark, size=found.st_size, names=found.st_nlink)


def _link(folder: int, name: str) -> State:
    try:
        return State(kind="link", content=os.readlink(name, dir_fd=folder))
    except OSError:
        return State(kind="other", content="link")


def _content(folder: int, name: str, size: int, most: int) -> bytes:
    """What a regular file holds, little more than `most` of it; raises `OSError` where it is something else by now."""
    handle = os.open(name, READ, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{name} is no file")
        data = os.read(handle, size + 1)
        if len(data) == size:
            return data
        pieces = [data]
        while size <= most and (piece := os.read(handle, PIECE)):
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)


def names_in(folder: int) -> list[str]:
    """What an open folder holds."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def listed(path: str) -> bool:
    """Whether a folder lists the name of a path just so; where case counts for nothing, others lead there, too."""
    folder, name = os.path.split(path)
    try:
        with reached(folder, FOLDER) as handle:
            return name in names_in(handle.number)
    except OSError:
        return False
