"""A text set in rows of a width, and the way between places in it and cells on the screen."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import pairwise

from heartbit_tui.client.visible import harmless
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.motions import JOINER, left, right
from heartbit_tui.tui.lines.setting import TAB, cells, cut

_PLAIN_END = "\u0300"
_LONE_JOINER = re.compile(
    "(?<![\u2190-\u2bff\U0001f000-\U0001faff\ufe0f])\u200d|\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
"""A joiner that joins nothing; measuring text takes what follows it for a part of what stands before."""


@dataclass(frozen=True, slots=True)
class Row:
    """Part of a text that stands in one row; `soft` where the text goes on without a line end."""

    start: int
    end: int
    soft: bool = False


class Layout:
    """A text in rows of at most `width` cells; `labels` are drawn in place of the characters that are chips.

    A blank that ends a row may stand one cell beyond it, where the cursor of a full row stands too.
    """

    def __init__(self, text: str, width: int, labels: Mapping[str, str]) -> None:
        self.text = text
        self.width = max(width, 1)
        self._labels = labels
        self.rows = tuple(self._set())
        self._starts = [row.start for row in self.rows]

    def shown(self, start: int, end: int) -> str:
        """What is drawn for a part of the text."""
        part = self.text[start:end]
        if part.isascii() and part.isprintable():
            return part
        if JOINER in part:
            part = _LONE_JOINER.sub("", part)
        return "".join(map(self._drawn, part))

    def row_text(self, number: int) -> str | None:
        """What is drawn in a row; None where there is none."""
        if number >= len(self.rows):
            return None
        return self.shown(self.rows[number].start, self.rows[number].end)

    def chips(self, row: Row) -> list[int]:
        """Where chips stand in a row."""
        return [at for at in range(row.start, row.end) if self.is_chip(at)] if self._labels else []

    def is_chip(self, at: int) -> bool:
        """Whether a chip stands at a place."""
        return self.text[at] in self._labels

    def place(self, at: int) -> tuple[int, int]:
        """The row and the column of a place in the text."""
        row = bisect_right(self._starts, at) - 1
        return row, cells(self.shown(self._starts[row], at))

    def at(self, row: int, column: int) -> int:
        """The place in the text that is nearest to a row and a column."""
        found = self.rows[min(max(row, 0), len(self.rows) - 1)]
        last = left(self.text, found.end) if found.soft and found.end > found.start else found.end
        place = found.start
        while place < last:
            following = right(self.text, place)
            column -= cells(self.shown(place, following))
            if column < 0:
                return place
            place = following
        return last

    def _drawn(self, character: str) -> str:
        if character in self._labels:
            return cut(self._labels[character], self.width)
        if character == "\t":
            return " " * min(TAB, self.width)
        return character if character < _PLAIN_END else harmless(character)

    def _set(self) -> Iterator[Row]:
        start = 0
        for line in self.text.split("\n"):
            end = start + len(line)
            yield from self._wrapped(start, end)
            start = end + 1

    def _wrapped(self, start: int, end: int) -> Iterator[Row]:
        while start < end:
            stop = self._stop(start, end)
            if stop >= end:
                break
            yield Row(start, stop, soft=True)
            start = stop
        yield Row(start, end)

    def _stop(self, start: int, end: int) -> int:
        """Where a row that begins at `start` ends: after a blank, else where it is full."""
        limit = min(start + self.width + 1, end)
        part = self.text[start:limit]
        if part.isascii() and part.isprintable():
            full = end if end - start <= self.width else start + self.width
        else:
            full = self._full(start, end)
        if full >= end:
            return end
        if self.text[full] == " ":
            return full + 1
        blank = self.text.rfind(" ", start, full)
        return full if blank < start or cells(self.text[full - 1]) > 1 else blank + 1

    def _full(self, start: int, end: int) -> int:
        """The last place up to which the text fits into a row; at least one character does."""
        room, at = self.width, start
        while at < end:
            following = right(self.text, at)
            room -= cells(self.shown(at, following))
            if room < 0 and at > start:
                return at
            at = following
        return end


def cuts(row: Row, *places: int) -> list[tuple[int, int]]:
    """The parts of a row between the places that fall into it."""
    inside = sorted({row.start, row.end, *(place for place in places if row.start < place < row.end)})
    return list(pairwise(inside))
