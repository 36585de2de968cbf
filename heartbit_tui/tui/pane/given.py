"""Sources of a few lines, each of them a piece: lines that are set already, and lines that are set for each look."""

from collections.abc import Callable, Sequence

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key


class Lines:
    """A few lines that were set for one width."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def first(self) -> Key | None:
        return (0, 0) if self._lines else None

    def last(self) -> Key | None:
        return (len(self._lines) - 1, 0) if self._lines else None

    def after(self, key: Key) -> Key | None:
        return (key[0] + 1, 0) if key[0] + 1 < len(self._lines) else None

    def before(self, key: Key) -> Key | None:
        return (min(key[0], len(self._lines)) - 1, 0) if key[0] > 0 else None

    def share(self, key: Key) -> float:
        return key[0] / max(len(self._lines), 1)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        return (self._lines[key[0]],) if 0 <= key[0] < len(self._lines) else ()


class Made(Lines):
    """A few lines that `made` sets anew for each look."""

    def __init__(self, made: Callable[[Look], Sequence[Line]]) -> None:
        super().__init__(())
        self._made = made
        self._look: Look | None = None

    def show(self, made: Callable[[Look], Sequence[Line]]) -> None:
        """Others in their place."""
        self._made, self._look = made, None

    def all(self, look: Look) -> Sequence[Line]:
        """All lines at once."""
        if look != self._look:
            self._look, self._lines = look, self._made(look)
        return self._lines

    def first(self) -> Key | None:
        """Where they begin, also before they were set."""
        return (0, 0)

    def last(self) -> Key | None:
        return super().last() or (0, 0)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        self.all(look)
        return super().lines(key, look)
