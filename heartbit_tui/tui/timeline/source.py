"""The timeline as a source of a pane: one piece a row, filtered, opened where a person wants to see more."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.timeline import draw
from heartbit_tui.tui.timeline.choose import Choice, passes
from heartbit_tui.tui.timeline.rows import Row
from heartbit_tui.tui.timeline.timeline import Timeline

KEPT = 2_000
"""Rows whose lines are kept."""

Details = Callable[[str, Look], Sequence[Line]]
"""The lines that show a call with this id in full."""


class Rows:
    """The rows of a timeline that pass a choice; `shade` tells a new number when details look different."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        wide: bool = False,
        details: Details | None = None,
        shade: Callable[[], int] = int,
        now: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._timeline = timeline
        self._wide = wide
        self._details = details
        self._shade = shade
        self._now = now
        self._zone = zone
        self._opened: set[int] = set()
        self._lines: dict[int, tuple[Row, Look, tuple[int, int], Sequence[Line]]] = {}
        self._passed: list[int] = []
        self._passed_for = Choice()
        self._settled = 0
        self.choice = Choice()

    def first(self) -> Key | None:
        return self._next(self._timeline.first)

    def last(self) -> Key | None:
        return self._previous(self._timeline.end - 1)

    def after(self, key: Key) -> Key | None:
        return self._next(key[0] + 1)

    def before(self, key: Key) -> Key | None:
        return self._previous(min(key[0], self._timeline.end) - 1)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        row = self._timeline.row(key[0])
        if row is None:
            return ()
        scale = self._timeline.longest if self._wide else 0
        state = scale, self._shade()
        known = self._lines.get(key[0])
        if known is not None and known[0] is row and known[1] == look and known[2] == state and not row.going:
            return known[3]
        lines = (self._line(row, look, scale), *self._more(row, look))
        self._lines.pop(key[0], None)
        self._lines[key[0]] = (row, look, state, lines)
        if len(self._lines) > KEPT:
            del self._lines[next(iter(self._lines))]
        return lines

    def share(self, key: Key) -> float:
        count = self._timeline.end - self._timeline.first
        return min(max((key[0] - self._timeline.first) / max(count, 1), 0.0), 1.0)

    def row(self, key: Key | None) -> Row | None:
        """The row behind a key."""
        return None if key is None else self._timeline.row(key[0])

    def fold(self, key: Key) -> None:
        """Show a row in full, or on one line again."""
        self._opened ^= {key[0]}
        self._lines.pop(key[0], None)

    def _line(self, row: Row, look: Look, longest: int) -> Line:
        now = self._now() if self._now is not None and row.going else None
        if self._wide:
            return draw.wide(row, look, longest, now, self._zone)
        return draw.narrow(row, look, now, self._zone)

    def _more(self, row: Row, look: Look) -> Sequence[Line]:
        if row.number not in self._opened or self._details is None or row.kind != "call":
            return ()
        return self._details(row.id, look)

    def _next(self, number: int) -> Key | None:
        shown = self._shown()
        if shown is None:
            number = max(number, self._timeline.first)
            return (number, 0) if number < self._timeline.end else None
        at = bisect_left(shown, max(number, self._timeline.first))
        return (shown[at], 0) if at < len(shown) else None

    def _previous(self, number: int) -> Key | None:
        shown = self._shown()
        if shown is None:
            number = min(number, self._timeline.end - 1)
            return (number, 0) if number >= self._timeline.first else None
        at = bisect_right(shown, number) - 1
        return (shown[at], 0) if at >= 0 and shown[at] >= self._timeline.first else None

    def _shown(self) -> list[int] | None:
        """The numbers of the rows that pass, None where all do; rows that have ended are looked at once."""
        if self.choice.all:
            return None
        if self._passed_for != self.choice:
            self._passed_for, self._settled, self._passed = self.choice, self._timeline.first, []
        del self._passed[bisect_left(self._passed, self._settled) :]
        number = self._settled = max(self._settled, self._timeline.first)
        settled = True
        while (row := self._timeline.row(number)) is not None:
            if passes(row, self.choice):
                self._passed.append(number)
            number += 1
            settled = settled and not row.going
            if settled:
                self._settled = number
        return self._passed
