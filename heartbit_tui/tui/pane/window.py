"""Which lines of a source are in view: pure walking, whatever the source's length."""

from collections.abc import Iterator, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key, Source


@dataclass(frozen=True, slots=True)
class Row:
    """A line in view: the piece that it belongs to, and which of its lines it is."""

    key: Key
    index: int
    line: Line


@dataclass(frozen=True, slots=True)
class Top:
    """Where the window begins: a line of a piece."""

    key: Key
    index: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What is in view. `at_end` tells that the last line of the source is, `at_start` the first."""

    rows: tuple[Row, ...] = ()
    at_start: bool = True
    at_end: bool = True

    @property
    def top(self) -> Top | None:
        """Where this view begins, None where there is nothing."""
        return Top(self.rows[0].key, self.rows[0].index) if self.rows else None


class Window:
    """A source seen through `height` lines."""

    def __init__(self, source: Source, look: Look, height: int) -> None:
        self._source = source
        self._look = look
        self._height = max(height, 1)

    def end(self) -> View:
        """The last lines; all of them, from the first, where they fit."""
        found: list[Row] = []
        for key, lines in self._backwards(self._source.last()):
            found[:0] = [Row(key, index, line) for index, line in enumerate(lines)]
            if len(found) > self._height:
                return View(tuple(found[-self._height :]), at_start=False)
        return View(tuple(found))

    def at(self, top: Top) -> View:
        """The lines from `top` on; where less than a window of them is left, the end."""
        found: list[Row] = []
        for key, lines in self._forwards(top.key):
            skip = min(top.index, max(len(lines) - 1, 0)) if key == top.key else 0
            found += [Row(key, index, lines[index]) for index in range(skip, len(lines))]
            if len(found) > self._height:
                break
        if len(found) <= self._height:
            return self.end()
        return View(tuple(found[: self._height]), at_start=self._is_start(found[0]), at_end=False)

    def moved(self, top: Top, by: int) -> Top:
        """`by` lines further down, or up where it is negative; stops at both ends."""
        return self._down(top, by) if by >= 0 else self._up(top, -by)

    def showing(self, view: View, key: Key) -> View:
        """This view if the piece begins in it, else one that begins with it (its neighbour where it is gone)."""
        shown = [row for row in view.rows if row.key == key]
        if shown and shown[0].index == 0 and (view.at_end or shown[-1] is not view.rows[-1]):
            return view
        return self.at(Top(key))

    def around(self, view: View, key: Key) -> View:
        """The view moved as little as shows the piece."""
        if any(row.key == key for row in view.rows):
            return view if self._is_whole(view, key) else self._closer(view, key)
        below = bool(view.rows) and key > view.rows[-1].key
        if not below:
            return self.at(Top(key))
        size = len(self._source.lines(key, self._look))
        return self.at(self._up(Top(key), max(self._height - size, 0)))

    def _closer(self, view: View, key: Key) -> View:
        size = len(self._source.lines(key, self._look))
        if view.rows[0].key == key or size >= self._height:
            return self.at(Top(key))
        return self.at(self._up(Top(key), self._height - size))

    def _is_whole(self, view: View, key: Key) -> bool:
        return sum(row.key == key for row in view.rows) == len(self._source.lines(key, self._look))

    def _is_start(self, row: Row) -> bool:
        return row.index == 0 and next(self._backwards(self._source.before(row.key)), None) is None

    def _down(self, top: Top, by: int) -> Top:
        here = top
        for key, lines in self._forwards(top.key):
            skip = top.index if key == top.key else 0
            if skip + by < len(lines):
                return Top(key, skip + by)
            by -= max(len(lines) - skip, 0)
            here = Top(key, max(len(lines) - 1, 0))
        return here

    def _up(self, top: Top, by: int) -> Top:
        if by <= top.index:
            return Top(top.key, top.index - by)
        by -= top.index
        here = Top(top.key)
        for key, lines in self._backwards(self._source.before(top.key)):
            if by <= len(lines):
                return Top(key, len(lines) - by)
            by -= len(lines)
            here = Top(key)
        return here

    def _forwards(self, key: Key | None) -> Iterator[tuple[Key, Sequence[Line]]]:
        while key is not None:
            if lines := self._source.lines(key, self._look):
                yield key, lines
            key = self._source.after(key)

    def _backwards(self, key: Key | None) -> Iterator[tuple[Key, Sequence[Line]]]:
        while key is not None:
            if lines := self._source.lines(key, self._look):
                yield key, lines
            key = self._source.before(key)
