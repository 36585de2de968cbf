"""What stands in the chat before anything was said: who is there, and how to begin."""

from collections.abc import Iterator, Sequence

from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look

BEAT = "▁▁▁▂▁▁▇▁▃▁▁▁"
MARGIN = "  "
HOW = "Type what is to be done. Enter sends it."
TYPED = (("@", "name a file"), ("/", "do a command"), ("!", "run a shell command"))
"""What can be typed first, beside words."""


def greeting(version: str, keys: Sequence[tuple[str, str]], look: Look) -> list[Line]:
    """A beat, how to begin, and `keys` with a word about each."""
    ink = look.ink
    return [
        BLANK,
        _line(look, (f"{BEAT} ", ink.accent), (" heartbit", ink.strong), (f" {version}", ink.faint)),
        BLANK,
        _line(look, (HOW, ink.text)),
        BLANK,
        *_table((*TYPED, *keys), look),
    ]


def _table(rows: Sequence[tuple[str, str]], look: Look) -> Iterator[Line]:
    widest = max(setting.cells(key) for key, _ in rows)
    for key, does in rows:
        blank = " " * (widest - setting.cells(key) + 3)
        yield _line(look, (key, look.ink.accent), (f"{blank}{does}", look.ink.muted))


def _line(look: Look, *parts: tuple[str, Style]) -> Line:
    return setting.fitted(((MARGIN, look.ink.text), *parts), look.width)
