"""Random sources of lines, and what a walk through all of one gives."""

import random
from collections.abc import Mapping, Sequence

from rich.segment import Segment

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.pane.window import Row
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

LOOK = Look(40, ink(load("heartbit")))


def line(text: str, **more: object) -> Line:
    """A line of one text."""
    return Line((Segment(text),), **more)  # pyright: ignore[reportArgumentType] fields by name


class Made:
    """A source of pieces that can be changed; some are empty."""

    def __init__(self, pieces: Mapping[Key, Sequence[Line]]) -> None:
        self.pieces = dict(sorted(pieces.items()))

    def first(self) -> Key | None:
        return next(iter(self.pieces), None)

    def last(self) -> Key | None:
        return next(reversed(self.pieces), None)

    def after(self, key: Key) -> Key | None:
        return min((each for each in self.pieces if each > key), default=None)

    def before(self, key: Key) -> Key | None:
        return max((each for each in self.pieces if each < key), default=None)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        return self.pieces.get(key, ())

    def share(self, key: Key) -> float:
        keys = list(self.pieces)
        return sum(each < key for each in keys) / max(len(keys), 1)

    def rows(self) -> list[Row]:
        """All lines in order."""
        return [Row(key, index, each) for key, lines in self.pieces.items() for index, each in enumerate(lines)]


def source(dice: random.Random) -> Made:
    """Up to 30 pieces of up to 7 lines, some of them empty."""
    keys = [(block, piece) for block in range(dice.randint(0, 12)) for piece in range(dice.randint(1, 3))]
    return Made({key: [line(f"{key} {index}") for index in range(dice.choice((0, 1, 1, 2, 3, 7)))] for key in keys})
