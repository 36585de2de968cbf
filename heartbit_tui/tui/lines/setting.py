"""Text set in lines: made harmless, measured in cells, cut and wrapped."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import harmless
from heartbit_tui.tui.lines.line import BLANK, Line

TAB = 4
"""Cells that a tab takes at most."""


def clean(text: str) -> str:
    """`text` with all that a terminal would obey written out and tabs as spaces; line ends stay."""
    return harmless(text).expandtabs(TAB)


def cells(text: str) -> int:
    """How many cells a text without line ends takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """One line of text cut to `width` cells, with … where something is left out."""
    if cells(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width > 1 else "…"[:width]


def line(*parts: tuple[str, Style], gutter: int = 0, fill: Style | None = None, place: str = "") -> Line:
    """A line of parts that fit; their text is used as it is, so it must be clean."""
    return Line(tuple(Segment(text, style) for text, style in parts if text), gutter=gutter, fill=fill, place=place)


def fitted(parts: Iterable[tuple[str, Style]], width: int, fill: Style | None = None) -> Line:
    """One line of clean parts, cut to `width` cells."""
    kept: list[Segment] = []
    room = width
    for text, style in parts:
        size = cells(text)
        kept.append(Segment(text if size <= room else cut(text, room), style))
        room -= size
        if room <= 0:
            break
    return Line(tuple(kept), fill=fill)


def beside(left: Sequence[tuple[str, Style]], right: Sequence[tuple[str, Style]], width: int, blank: Style) -> Line:
    """One line with `right` at the right edge and as much of `left` as fits beside it."""
    used = sum(cells(text) for text, _ in right)
    start = fitted(left, max(width - used - 1, 0))
    gap = width - used - cells(start.text)
    if gap < 1:
        return fitted(left, width)
    return Line((*start.parts, Segment(" " * gap, blank), *(Segment(text, style) for text, style in right)))


def wrapped(
    parts: Iterable[tuple[str, Style]],
    width: int,
    *,
    first: Sequence[tuple[str, Style]] = (),
    rest: Sequence[tuple[str, Style]] | None = None,
    fill: Style | None = None,
) -> list[Line]:
    """Clean parts on as many lines of `width` cells as they need, broken between words, at line ends in any case.

    `first` stands before the first line and `rest` (else as many blanks) before the others; both are gutter.
    """
    ahead = [Segment(text, style) for text, style in first]
    indent = sum(cells(text) for text, _ in first)
    behind = ahead if not first else [Segment(" " * indent)]
    if rest is not None:
        behind = [Segment(text, style) for text, style in rest]
    room = max(width - indent, 1)
    found: list[Line] = []
    for row, joined in _rows(parts, room):
        before = behind if found else ahead
        found.append(Line((*before, *row), gutter=indent, joined=joined, fill=fill))
    return found or [Line(tuple(ahead), gutter=indent, fill=fill) if ahead else BLANK]


def _rows(parts: Iterable[tuple[str, Style]], room: int) -> Iterator[tuple[list[Segment], bool]]:
    row: list[Segment] = []
    used = 0
    for text, style in parts:
        for number, piece in enumerate(text.split("\n")):
            if number:
                yield row, False
                row, used = [], 0
            for word in _words(piece, room):
                size = cells(word)
                if used + size > room and used:
                    yield row, True
                    row, used = [], 0
                    word = word.lstrip(" ")
                    size = cells(word)
                if word:
                    row.append(Segment(word, style))
                    used += size
    yield row, False


def _words(text: str, room: int) -> Iterator[str]:
    """Words with the blanks before them; one that is longer than a line comes in pieces."""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] == " ":
            end += 1
        while end < len(text) and text[end] != " ":
            end += 1
        word = text[start:end]
        yield from (word,) if cells(word) <= room else chop_cells(word, room)
        start = end
