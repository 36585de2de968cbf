"""The rows of a completion menu."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from rich.style import Style

from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import cells, fitted

MARK = f"{SIGNS['prompt']} "
_BLANK = " " * len(MARK)
_BETWEEN = 2
_LABEL_SHARE = 0.6
"""How much of the width labels take where there is something to say beside them."""

_Letter: TypeAlias = tuple[str, Style]

_WRITTEN = str.maketrans({"\n": "␊", "\t": "␉"})


def heading(text: str, look: Look) -> Line:
    """What stands over the rows."""
    return fitted([(_BLANK, look.ink.muted), (shown(text), look.ink.muted)], look.width)


def longest(items: Sequence[Item]) -> int:
    """How many cells the longest label takes; 0 where nothing is said beside any of them."""
    if not any(each.meta for each in items):
        return 0
    return max(cells(shown(each.label)) for each in items)


def column(longest: int, width: int) -> int:
    """How many cells the labels of a menu get, so that what is said beside them begins at one place."""
    room = max(width - len(MARK), 1)
    return min(longest, int(room * _LABEL_SHARE)) if longest else room


def row(item: Item, labels: int, look: Look, *, chosen: bool) -> Line:
    """One item; `labels` is what `column` said."""
    ink = look.ink
    parts = [(MARK if chosen else _BLANK, ink.accent), *_label(item, labels, look)]
    if item.meta:
        gap = labels - sum(cells(text) for text, _ in parts[1:]) + _BETWEEN
        parts += [(" " * gap, ink.text), (shown(item.meta), ink.muted)]
    return fitted(parts, look.width)


def shown(text: str) -> str:
    """`text` on one line, with all that hides or acts written out; each character is judged alone."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(revealed(letter) for letter in text).translate(_WRITTEN)


def _label(item: Item, width: int, look: Look) -> list[tuple[str, Style]]:
    """The label with the letters that were asked for; a path that is too long loses its beginning."""
    letters = list(_letters(item, look))
    if sum(cells(text) for text, _ in letters) > width:
        letters = _cut(letters, width, look.ink.muted, front="/" in item.label[1:])
    return [("".join(text for text, _ in group), style) for style, group in groupby(letters, key=lambda each: each[1])]


def _letters(item: Item, look: Look) -> Iterator[_Letter]:
    wanted = frozenset(item.positions)
    first, last = item.strong if any(item.strong) else (0, len(item.label))
    asked_for = look.ink.accent + Style(bold=True)
    for at, letter in enumerate(item.label):
        plain = look.ink.text if first <= at < last else look.ink.muted
        yield shown(letter), asked_for if at in wanted else plain


def _cut(letters: list[_Letter], width: int, dim: Style, *, front: bool) -> list[_Letter]:
    dots = (SIGNS["more"], dim)
    kept = list(_fitting(reversed(letters) if front else iter(letters), width - 1))
    return [dots, *reversed(kept)] if front else [*kept, dots]


def _fitting(letters: Iterator[_Letter], room: int) -> Iterator[_Letter]:
    for letter in letters:
        room -= cells(letter[0])
        if room < 0:
            return
        yield letter
