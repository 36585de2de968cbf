"""A source with nothing in it."""

from collections.abc import Sequence

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key


class Empty:
    """Shows nothing."""

    def first(self) -> Key | None:
        return None

    def last(self) -> Key | None:
        return None

    def after(self, key: Key) -> Key | None:
        return None

    def before(self, key: Key) -> Key | None:
        return None

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        return ()

    def share(self, key: Key) -> float:
        return 0.0


EMPTY = Empty()
