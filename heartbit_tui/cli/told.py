"""How commands speak: tables and JSON on stdout, what went wrong in one line on stderr."""

import json
import os
import sys
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from textwrap import wrap
from unicodedata import combining, east_asian_width

from heartbit_tui.headless.endings import UsageError, failed
from heartbit_tui.headless.progress import one_line, visible
from heartbit_tui.kernel.errors import HeartbitError

__all__ = ("attempt", "columns", "is_terminal", "listed", "one_line", "say", "say_json", "shortened", "within")

GAP = "  "

WIDTH = 80
"""Characters of a line of what is told in words: as wide as the narrowest terminal that is usual."""

COLUMN = 32
"""The widest column that others have to wait for."""

MOST = 2_000
"""Characters of one cell."""


def attempt(work: Callable[[], int]) -> int:
    """Do the work of a command; what it raises is told, and gives the exit code."""
    try:
        return work()
    except HeartbitError as error:
        sys.stderr.write(f"heartbit: {visible(str(error))}\n")
        return failed(error.kind, "").exit_code


def say(text: str) -> None:
    """Print a text; on a terminal, with what would steer it made visible."""
    shown = visible(text) if is_terminal(1) else text
    sys.stdout.buffer.write(f"{shown}\n".encode("utf-8", "replace"))


def say_json(value: object) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as lines, each column as wide as its widest cell, the last one ragged."""
    flat = [[one_line(cell, 200) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*flat, strict=True)]
    lines = (GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in flat)
    return "\n".join(lines)


def listed(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as `columns` sets them; at a terminal each is one line, and ends where that does."""
    from shutil import get_terminal_size  # it brings what packs files along

    text = columns(rows)
    return shortened(text, get_terminal_size().columns) if is_terminal(1) else text


def shortened(text: str, width: int) -> str:
    """The text with no line wider than so many cells of a terminal."""
    return "\n".join(_shortened(line, width) for line in text.split("\n"))


def _shortened(line: str, width: int) -> str:
    ends = tuple(accumulate(map(_cells, line)))
    if not ends or ends[-1] <= width:
        return line
    return f"{line[: bisect(ends, width - 1)].rstrip()}…"


def _cells(sign: str) -> int:
    return 1 if sign.isascii() else 0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1


def within(rows: Iterable[Sequence[str]], width: int = WIDTH) -> str:
    """Rows of cells as lines of at most `width` characters: what has no room in its column goes on below its beginning.

    A word that has no room there, such as a long path, stands on a line of its own and whole.
    """
    flat = [[one_line(cell, MOST) for cell in row] for row in rows]
    widest = [max(map(len, column)) for column in zip(*flat, strict=True)]
    starts = [0]
    for each in widest[:-1]:
        starts.append(starts[-1] + min(each, COLUMN) + len(GAP))
    return "\n".join(line for row in flat for line in _row(row, starts, width))


def _row(row: Sequence[str], starts: Sequence[int], width: int) -> Iterator[str]:
    line = ""
    for cell, start in zip(row, starts, strict=True):
        if line and len(line) + len(GAP) > start:
            yield line
            line = ""
        pieces = wrap(cell, width - start, break_long_words=False, break_on_hyphens=False) or [""]
        for number, piece in enumerate(pieces):
            begin = start if start + len(piece) <= width else max(width - len(piece), len(GAP))
            if number or (line and begin < start):
                yield line
                line = ""
            line = f"{line.ljust(begin)}{piece}" if piece else line
    yield line


def is_terminal(descriptor: int) -> bool:
    """Whether a person sits at the other end."""
    return os.isatty(descriptor)


def confirm(question: str) -> bool:
    """Ask a person; raises `UsageError` where there is none."""
    if not is_terminal(0):
        raise UsageError("There is nobody to ask; give --yes to go on without.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
