"""How commands speak: tables and JSON on stdout, what went wrong in one line on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence

from heartbit_tui.headless.endings import UsageError, failed
from heartbit_tui.headless.progress import one_line, visible
from heartbit_tui.kernel.errors import HeartbitError

__all__ = ("attempt", "columns", "is_terminal", "one_line", "say", "say_json")

GAP = "  "


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
