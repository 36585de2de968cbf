"""A program of its own, ended from outside when a pattern takes too long: searches the files named on its input.

The first record of the input is the pattern, `F` or `E` in front of it; then follow paths. Each record ends with
a NUL. No part of a path may be a link. Matches come out as ripgrep writes them with `--null`.
"""

import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

Reader: TypeAlias = "io.BufferedReader[io.FileIO]"
Writer: TypeAlias = "io.BufferedWriter[io.FileIO]"

LARGEST = 100_000_000
PIECE = 1 << 20
HEAD = 1 << 16
PLACE = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


def records(source: Reader) -> Iterator[bytes]:
    """What stands between the NULs."""
    held = b""
    while chunk := source.read1(HEAD):
        *whole, held = (held + chunk).split(b"\0")
        yield from whole


class Folders:
    """Opens files in their folders without following a link anywhere; the last folder stays open."""

    def __init__(self) -> None:
        self.path = b""
        self.handle = os.open("/", PLACE)

    def opened(self, path: bytes) -> "Reader | None":
        """A regular file of a size that is searched; nothing else is opened."""
        folder, name = os.path.split(path)
        try:
            self.enter(folder)
            status = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return None
            return io.BufferedReader(io.FileIO(os.open(name, READ, dir_fd=self.handle)), HEAD)
        except OSError:
            return None

    def enter(self, folder: bytes) -> None:
        """Hold this folder, step by step from the top."""
        if folder == self.path:
            return
        self.path = b""
        self.turn(os.open("/", PLACE))
        for part in folder.split(b"/"):
            if part:
                self.turn(os.open(part, PLACE | os.O_NOFOLLOW, dir_fd=self.handle))
        self.path = folder

    def turn(self, handle: int) -> None:
        os.close(self.handle)
        self.handle = handle


def lines(file: Reader) -> Iterator[tuple[int, str]]:
    """Numbered lines; very long ones come in pieces. A NUL ends a file that is not UTF-16."""
    head = file.peek(HEAD)[:HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        with io.TextIOWrapper(file, encoding="utf-16", errors="replace", newline="\n") as text:
            yield from numbered(lambda: text.readline(PIECE))
    elif b"\0" not in head:
        if head.startswith(b"\xef\xbb\xbf"):
            file.read(3)
        yield from numbered(lambda: legible(file.readline(PIECE)))


def legible(raw: bytes) -> str:
    return "" if b"\0" in raw else raw.decode("utf-8", "replace")


def numbered(read: Callable[[], str]) -> Iterator[tuple[int, str]]:
    number = 1
    while piece := read():
        yield number, piece.removesuffix("\n").removesuffix("\r")
        number += piece.endswith("\n")


def search(file: Reader, path: bytes, fits: Callable[[str], object], out: Writer) -> None:
    """Write the matches in one file; a line is told once."""
    last = 0
    for number, line in lines(file):
        if number != last and fits(line):
            last = number
            out.write(b"%b\0%d:%b\n" % (path, number, line[:2048].encode("utf-8", "replace")))
            out.flush()


def main() -> int:
    source, out = io.BufferedReader(io.FileIO(0), HEAD), io.BufferedWriter(io.FileIO(1, "w"), HEAD)
    given = records(source)
    wanted = next(given).decode("utf-8", "surrogatepass")
    sought = wanted[1:]
    try:
        fits: Callable[[str], object] = re.compile(sought).search if wanted[0] == "E" else lambda line: sought in line
    except (re.error, OverflowError, RecursionError) as problem:
        sys.stderr.write(str(problem))
        return 2
    folders = Folders()
    for path in given:
        file = folders.opened(path)
        if file is not None:
            with file:
                search(file, path, fits, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
