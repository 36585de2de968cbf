"""A terminal in memory: what a person would see after each moment at which a screen may be shown."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_PART = re.compile(
    r"\x1b\[(?P<mark>[?<>=]?)(?P<codes>[\d;:]*)(?P<end>[@-~])|\x1b[=>78c]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|(?P<text>.)",
    re.DOTALL,
)
FILL = "\0"
"""The right half of a wide character."""


class Emulator:
    """Cells without colours. `frames` has the rows at the end of each synchronized update on the alternate screen."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.frames: list[list[str]] = []
        self.alternate = 0
        self.modes: set[str] = set()
        self._cells = self._blank()
        self._row = self._column = 0

    @property
    def lines(self) -> list[str]:
        return ["".join(row).replace(FILL, "").rstrip() for row in self._cells]

    @property
    def cursor(self) -> tuple[int, int]:
        return self._row, self._column

    def feed(self, text: str) -> "Emulator":
        for match in _PART.finditer(text):
            if match["end"]:
                self._control(match["mark"], match["codes"], match["end"])
            elif match["text"]:
                self._text(match["text"])
        return self

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]

    def _control(self, mark: str, codes: str, end: str) -> None:
        numbers = [int(code) if code.isdigit() else 0 for code in re.split("[;:]", codes)]
        if mark == "?" and end in "hl":
            for code in codes.split(";"):
                self._mode(code, on=end == "h")
        elif not mark and end in "Hf":
            self._row = max(numbers[0], 1) - 1
            self._column = (max(numbers[1], 1) if len(numbers) > 1 else 1) - 1
        elif not mark and end == "J":
            self._cells = self._blank()
        elif not mark and end == "K":
            self._cells[self._row][self._column :] = [" "] * (self.columns - self._column)
        elif not mark and end in "ABCD":
            self._move(end, max(numbers[0], 1))

    def _mode(self, code: str, *, on: bool) -> None:
        (self.modes.add if on else self.modes.discard)(code)
        if code == "1049":
            self.alternate += on
            self._cells = self._blank()
        if code == "2026" and not on and "1049" in self.modes:
            self.frames.append(self.lines)

    def _move(self, way: str, count: int) -> None:
        down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[way]
        self._row = min(max(self._row + down * count, 0), self.rows - 1)
        self._column = min(max(self._column + right * count, 0), self.columns - 1)

    def _text(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            if self._row == self.rows - 1:
                self._cells = [*self._cells[1:], [" "] * self.columns]
            self._row = min(self._row + 1, self.rows - 1)
        elif character >= " " and self._column < self.columns:
            for offset, piece in enumerate(self._pieces(character)):
                self._cells[self._row][min(self._column + offset, self.columns - 1)] = piece
            self._column += cell_len(character)

    def _pieces(self, character: str) -> Iterator[str]:
        yield from (character, FILL)[: cell_len(character)]
