"""The log of daemons as it is looked through: its newest lines, and those that come, over all its files."""

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from heartbit_tui.daemon.log_file import numbered
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
PIECE: Final = 1 << 16
"""Bytes that are read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of a log. One that is no record, such as one that a power cut has broken, has only its `message`, as it is."""

    message: str
    at: datetime | None = None
    level: str = ""
    logger: str = ""
    pid: int = 0
    task: str = ""
    exception: str = ""

    @property
    def as_json(self) -> JsonObject:
        """It as a JSON object, without what is not known."""
        at = self.at.isoformat(timespec="milliseconds") if self.at else ""
        rest = {name: getattr(self, name) for name in ("level", "logger", "message", "pid", "task", "exception")}
        return {name: value for name, value in {"at": at, **rest}.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are wanted: from a level on, from a moment on, of the task whose id begins so."""

    level: str = ""
    since: datetime | None = None
    task: str = ""

    def __call__(self, said: Said) -> bool:
        """Whether this one is. A line that is no record is only where everything is."""
        if self.level and (said.level not in LEVELS or LEVELS.index(said.level) < LEVELS.index(self.level)):
            return False
        if self.since is not None and (said.at is None or said.at < self.since):
            return False
        return not self.task or (bool(said.task) and said.task.startswith(self.task))


def read(line: bytes) -> Said:
    """A line of a log, whatever it holds."""
    text = line.decode("utf-8", "replace").rstrip("\n")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return Said(message=text)
    if not isinstance(found, dict) or not isinstance(cast("dict[str, object]", found).get("message"), str):
        return Said(message=text)
    return _said(cast("dict[str, object]", found))


def tail(path: Path, count: int, wanted: Callable[[Said], bool]) -> tuple[Said, ...]:
    """The newest lines that are wanted, so many at most, the oldest of them first."""
    newest: deque[Said] = deque()
    for each in files(path):
        with suppress(OSError):
            for line in reversed(each.read_bytes().splitlines()):
                if line.strip() and wanted(said := read(line)):
                    newest.appendleft(said)
                    if len(newest) >= count:
                        return tuple(newest)
    return tuple(newest)


def shown(said: Said) -> str:
    """A line for a person, on their own clock, with a traceback below it."""
    if said.at is None:
        return said.message
    task = f" [{said.task[:8]}]" if said.task and said.task[:8] not in said.message else ""
    below = "".join(f"\n    {each}" for each in said.exception.splitlines())
    return f"{said.at.astimezone():%Y-%m-%d %H:%M:%S} {said.level:<8}{task} {said.message}{below}"


def files(path: Path) -> Iterator[Path]:
    """The files of the log that are there, the newest first."""
    number = 0
    while (each := numbered(path, number)).exists() or number == 0:
        yield each
        number += 1


class Follower:
    """Reads a log from its oldest line on, and then what is added, also over the move to a new file. `close` it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[_Growing] = []

    def news(self) -> tuple[Said, ...]:
        """The whole lines that were added since this was asked last."""
        self._open += self._new()
        lines: list[bytes] = []
        for each in tuple(self._open):
            found = each.lines()
            lines += found
            if each is not self._open[-1] and not found and each.rested():
                each.close()
                self._open.remove(each)
        return tuple(read(line) for line in lines if line.strip())

    def close(self) -> None:
        """Let go of the files."""
        for each in self._open:
            each.close()
        self._open = []

    def _new(self) -> list["_Growing"]:
        """The files that came since the newest that is open, the oldest first."""
        found = list[_Growing]()
        known = self._open[-1].inode if self._open else None
        for each in files(self._path):
            growing = _Growing.of(each)
            if growing is None:
                continue
            if growing.inode == known:
                growing.close()
                break
            if any(growing.inode == other.inode for other in found):
                growing.close()  # it was moved between the two looks
                continue
            found.insert(0, growing)
        return found


class _Growing:
    """A file that is read to its end again and again; whoever writes to it last may be late by one look."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self._at = 0
        self._is_quiet = False
        self.inode = _inode(os.fstat(descriptor))

    @classmethod
    def of(cls, path: Path) -> "_Growing | None":
        """The file that lies there; None where there is none that can be read."""
        try:
            return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            return None

    def lines(self) -> list[bytes]:
        """The whole lines that came; a file that was emptied is read from its beginning."""
        if os.fstat(self._descriptor).st_size < self._at:
            self._at, self._rest = 0, b""
        pieces = [self._rest]
        while piece := os.pread(self._descriptor, PIECE, self._at):
            self._at += len(piece)
            pieces.append(piece)
        *lines, self._rest = b"".join(pieces).split(b"\n")
        return lines

    def rested(self) -> bool:
        """Whether this is the second look in a row at which nothing had come."""
        before, self._is_quiet = self._is_quiet, True
        return before

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)


def _inode(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _said(found: Mapping[str, object]) -> Said:
    pid = found.get("pid")
    texts = {name: _text(found.get(name)) for name in ("message", "level", "logger", "task", "exception")}
    return Said(**texts, at=_time(_text(found.get("at"))), pid=pid if isinstance(pid, int) else 0)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
