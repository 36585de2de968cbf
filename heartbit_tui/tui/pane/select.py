"""What a person has marked with the mouse, and the text that a copy of it gives."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key, Source

MOST = 200_000
"""Lines that one copy takes at most."""

_WORD = re.compile(r"[\w./~:@%+#-]+|\S")


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in a source: a piece, one of its lines, a cell of that line."""

    key: Key
    index: int
    cell: int


@dataclass(frozen=True, slots=True)
class Selection:
    """From where to where; the cell at the later end belongs to it."""

    start: Spot
    end: Spot

    def span(self, key: Key, index: int, line: Line) -> tuple[int, int] | None:
        """The cells of a line that are marked, without its gutter; None for none."""
        low, high = sorted((self.start, self.end))
        here = (key, index)
        if not (low.key, low.index) <= here <= (high.key, high.index):
            return None
        first = max(low.cell if here == (low.key, low.index) else 0, line.gutter)
        size = cell_len(line.text)
        last = min(high.cell + 1, size) if here == (high.key, high.index) else size
        return (first, last) if first < last else None


def word(key: Key, index: int, line: Line, cell: int) -> Selection:
    """The word at a cell."""
    before = len(set_cell_size(line.text, cell).rstrip("\n")) if cell else 0
    for match in _WORD.finditer(line.text):
        if match.start() <= before < match.end():
            start, end = cell_len(line.text[: match.start()]), cell_len(line.text[: match.end()])
            return Selection(Spot(key, index, start), Spot(key, index, max(end - 1, start)))
    return Selection(Spot(key, index, cell), Spot(key, index, cell))


def whole(key: Key, index: int, line: Line) -> Selection:
    """A whole line."""
    return Selection(Spot(key, index, line.gutter), Spot(key, index, max(cell_len(line.text) - 1, line.gutter)))


def copied(source: Source, look: Look, selection: Selection) -> str:
    """The marked text: without gutters, with lines that were broken to fit put together again."""
    text: list[str] = []
    for line, span in _marked(source, look, selection):
        piece = _cells(line.text, *span) if span else ""
        text.append(f"{piece}{line.lost}" if line.joined else f"{piece.rstrip()}\n")
        if len(text) >= MOST:
            break
    return "".join(text).removesuffix("\n")


def _marked(source: Source, look: Look, selection: Selection) -> Iterator[tuple[Line, tuple[int, int] | None]]:
    low, high = sorted((selection.start, selection.end))
    key: Key | None = low.key
    while key is not None and key <= high.key:
        for index, line in enumerate(source.lines(key, look)):
            if (low.key, low.index) <= (key, index) <= (high.key, high.index):
                yield line, selection.span(key, index, line)
        key = source.after(key)


def _cells(text: str, first: int, last: int) -> str:
    if text.isascii():
        return text[first:last]
    return set_cell_size(text, last)[len(set_cell_size(text, first)) if first else 0 :]
