"""The log of the daemons of this machine: JSON lines in a few files of bounded size, for their owner alone."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

NAME: Final = "daemon.log"
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
USUAL: Final = 5_242_880
"""Bytes of a file where none are said; without a bound there would be none for the disk either."""

FLAGS: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFile:
    """Appends lines to `path`; at `most` bytes it becomes `path.1`, and so on up to `path.KEEP`, the oldest.

    One older file is kept in any case. Several processes may write at once: a line is one write, and one of them moves the
    files. Everything raises `OSError`.
    """

    def __init__(self, path: Path, most: int, keep: int) -> None:
        self._path = path
        self._most = most if most > 0 else USUAL
        self._keep = max(keep, 1)
        self._file = -1

    def write(self, line: str) -> None:
        """Append a line, which comes without its end."""
        data = line.encode("utf-8", "replace") + b"\n"
        size = self._opened()
        if size and size + len(data) > self._most:
            self._move()
            self._opened()
        os.write(self._file, data)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _opened(self) -> int:
        """Have the file open that lies at the path now; its size."""
        if self._file >= 0:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(self._file), self._path.lstat()):
                    return os.fstat(self._file).st_size
            self.close()
        self._path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._file = os.open(self._path, FLAGS, PRIVATE)
        os.fchmod(self._file, PRIVATE)
        return os.fstat(self._file).st_size

    def _move(self) -> None:
        """Make room at the path, unless somebody else is at it or has just done it."""
        lock = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | FLAGS & ~os.O_WRONLY, PRIVATE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(self._file), self._path.lstat()):
                return
            for number in range(self._keep, 0, -1):
                before = self._path if number == 1 else numbered(self._path, number - 1)
                with suppress(FileNotFoundError):
                    before.replace(numbered(self._path, number))
        except (BlockingIOError, FileNotFoundError):
            pass  # then this line makes the file longer by itself
        finally:
            os.close(lock)


def numbered(path: Path, number: int) -> Path:
    """Where the file lies that was the log so many moves ago; 0 is the log itself."""
    return path.with_name(f"{path.name}.{number}") if number else path
