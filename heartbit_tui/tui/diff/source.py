"""A diff for a pane of its own."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from heartbit_tui.tui.diff import split, unified
from heartbit_tui.tui.diff.pieces import pieces
from heartbit_tui.tui.diff.types import Colour, File
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key

KEPT = 40
"""Pieces whose lines are kept."""


class DiffSource:
    """A `Source` over the pieces of a diff, in one column or two.

    `reveal` writes out what hides or imitates: for what a person is about to approve. A key is (file, piece of it).
    """

    def __init__(self, files: Sequence[File], *, reveal: bool = False, colour: Colour | None = None) -> None:
        self.split = False
        """Whether two columns are shown where there is room for them."""
        self._reveal = reveal
        self._colour = colour
        self._pieces = pieces(files)
        self._keys = _keys([piece.hunk is None for piece in self._pieces])
        self._hunks = [key for key, piece in zip(self._keys, self._pieces, strict=True) if piece.first]
        self._set: dict[Key, tuple[Look, bool, Sequence[Line]]] = {}
        self._before = [0, *accumulate(len(piece.rows) + 1 for piece in self._pieces)]

    def toggle(self) -> None:
        """Change between one column and two; all lines are then other ones."""
        self.split = not self.split

    def hunk_after(self, key: Key) -> Key | None:
        """The first piece of the next hunk, None after the last one."""
        at = bisect_right(self._hunks, key)
        return self._hunks[at] if at < len(self._hunks) else None

    def hunk_before(self, key: Key) -> Key | None:
        """The first piece of the hunk before, None where there is none."""
        at = bisect_left(self._hunks, key)
        return self._hunks[at - 1] if at else None

    def first(self) -> Key | None:
        """The heading of the first file."""
        return self._keys[0] if self._keys else None

    def last(self) -> Key | None:
        """The last piece."""
        return self._keys[-1] if self._keys else None

    def after(self, key: Key) -> Key | None:
        """The next piece."""
        at = bisect_right(self._keys, key)
        return self._keys[at] if at < len(self._keys) else None

    def before(self, key: Key) -> Key | None:
        """The piece before."""
        at = bisect_left(self._keys, key)
        return self._keys[at - 1] if at else None

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        """The piece in lines; a blank line separates files."""
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return ()
        known = self._set.get(key)
        if known is not None and known[:2] == (look, self.split):
            return known[2]
        draw = split.lines if self.split else unified.lines
        found = draw(self._pieces[at], look, reveal=self._reveal, colour=self._colour)
        lines = (BLANK, *found) if self._pieces[at].hunk is None and at else tuple(found)
        self._keep(key, look, lines)
        return lines

    def share(self, key: Key) -> float:
        """How much of the diff stands before this piece."""
        return self._before[bisect_left(self._keys, key)] / max(self._before[-1], 1)

    def _keep(self, key: Key, look: Look, lines: Sequence[Line]) -> None:
        self._set.pop(key, None)
        self._set[key] = (look, self.split, lines)
        if len(self._set) > KEPT:
            del self._set[next(iter(self._set))]


def _keys(headings: Sequence[bool]) -> list[Key]:
    """A key for each piece; a heading begins a new file."""
    found: list[Key] = []
    for is_heading in headings:
        if is_heading or not found:
            found.append((found[-1][0] + 1 if found else 0, 0))
        else:
            found.append((found[-1][0], found[-1][1] + 1))
    return found
