"""Rows in order, with numbers that stay, and a bound on how many are kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from heartbit_tui.tui.timeline.rows import Row


class Log:
    """The newest rows. A row that is too old is forgotten; the others keep their numbers."""

    def __init__(self, kept: int) -> None:
        self._kept = max(kept, 1)
        self._rows: list[Row] = []
        self._shades: dict[str, int] = {}
        self.first = 0
        self.longest = 0

    @property
    def end(self) -> int:
        """The number after the newest row."""
        return self.first + len(self._rows)

    def row(self, number: int | None) -> Row | None:
        """The row with this number, None for one that is gone or was never there."""
        at = -1 if number is None else number - self.first
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def rows(self) -> tuple[Row, ...]:
        """All rows that are kept, oldest first."""
        return tuple(self._rows)

    def add(self, row: Row) -> Row:
        """Keep one more row, which has the number `end`; it gets the shade of its agent."""
        if row.agent:
            row = replace(row, shade=self.heard(row.agent))
        self._rows.append(row)
        return row

    def heard(self, agent: str) -> int:
        """The shade of an agent other than the main one: the next, when it is heard for the first time."""
        return self._shades.setdefault(agent, len(self._shades))

    def trim(self) -> list[Row]:
        """Forget what is too much, many at once; the rows that were forgotten."""
        if len(self._rows) <= self._kept + self._kept // 4:
            return []
        gone = self._rows[: -self._kept]
        del self._rows[: -self._kept]
        self.first += len(gone)
        return gone

    def put(self, row: Row, **changes: Any) -> Row:
        """Put a changed row in the place of the one with its number."""
        row = replace(row, **changes) if changes else row
        at = row.number - self.first
        if 0 <= at < len(self._rows):
            self._rows[at] = row
            self.longest = max(self.longest, row.working)
        return row

    def void(self, counts: Callable[[int], bool]) -> None:
        """Mark what came with an event that does not count as taken back, and no other."""
        for row in list(self._rows):
            if row.void is counts(row.seq):
                self.put(row, void=not row.void)
