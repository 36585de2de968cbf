"""Where things stand on the screen, and the first frame as the bytes that draw it."""

from unicodedata import category, east_asian_width

from heartbit_tui.tui.launch.colour import colour
from heartbit_tui.tui.launch.shades import Shades

BOX_ROWS = 3
"""The draft: its border, one line, its border."""

FOOTER_ROWS = 1

LEAST_COLUMNS, LEAST_ROWS = 20, 5
"""The smallest terminal that the screen is drawn on."""

SIGN = "❯ "
PLACEHOLDER = "What is to be done?"
TEXT_AT = 2 + len(SIGN)
"""The column of the draft's first character: after the border, a blank and the sign."""

_ZERO = ("Mn", "Me", "Cf")


class Frame:
    """Draws for a terminal of this size; `place` is the directory in the footer."""

    def __init__(self, size: tuple[int, int], shades: Shades, place: str, *, full: bool) -> None:
        self._columns, self._rows = size
        self._shades = shades
        self._place = place
        self._full = full

    def whole(self, draft: str, sent: int) -> str:
        """Every cell, and the cursor in the draft."""
        empty = self._ink("text") + " " * self._columns
        chat = "".join(_at(row, 0) + empty for row in range(self._top))
        return chat + self._heading() + self._footer() + self.draft(draft, sent)

    def draft(self, draft: str, sent: int) -> str:
        """The lines that change when something is typed, and the cursor."""
        edge, room = self._ink(self._shades.mode), self._columns - TEXT_AT - 2
        shown = tail(draft, room - 1)
        text = shown or _head(PLACEHOLDER, room)
        line = f"{self._ink('text' if draft else 'muted')}{text}{' ' * (room - width(text) + 1)}"
        inside = f"{_at(self._top + 1, 0)}{edge}│ {self._ink('sign', bold=True)}{SIGN}{line}{edge}│"
        return f"{inside}{self._bottom(sent)}\x1b[0m{_at(self._top + 1, TEXT_AT + width(shown))}"

    @property
    def _top(self) -> int:
        return self._rows - BOX_ROWS - FOOTER_ROWS

    def _heading(self) -> str:
        mode = self._shades.mode
        edge, word = self._ink(mode), self._ink(mode, bold=True)
        return f"{_at(self._top, 0)}{edge}╭─{word} {mode} {edge}{'─' * (self._columns - len(mode) - 5)}╮"

    def _bottom(self, sent: int) -> str:
        edge, told = self._ink(self._shades.mode), f" queued: {sent} " if sent else ""
        line = "─" * (self._columns - len(told) - 3)
        return f"{_at(self._top + 2, 0)}{edge}╰{line}{self._ink('muted')}{told}{edge}─╯"

    def _footer(self) -> str:
        place = _head(self._place, self._columns - 2)
        blank = " " * (self._columns - 1 - width(place))
        return f"{_at(self._rows - 1, 0)}{self._ink('muted')} {place}{blank}"

    def _ink(self, name: str, *, bold: bool = False) -> str:
        text, ground = self._shades.colours[name], self._shades.colours["background"]
        weight = "1;" if bold else ""
        return f"\x1b[0;{weight}{colour(text, 38, full=self._full)};{colour(ground, 48, full=self._full)}m"


def width(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def tail(text: str, room: int) -> str:
    """The end of the last line of a text, as far as there is room."""
    line = clean(text[text.rfind("\n") + 1 :])
    while line and width(line) > room:
        line = line[1:]
    return line


def clean(text: str) -> str:
    """A text without what could steer a terminal."""
    return "".join(each if each.isprintable() else "�" for each in text)


def _head(text: str, room: int) -> str:
    text = clean(text)
    while width(text) > room:
        text = text[:-1]
    return text


def _cells(character: str) -> int:
    if category(character) in _ZERO:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _at(row: int, column: int) -> str:
    return f"\x1b[{row + 1};{column + 1}H"
