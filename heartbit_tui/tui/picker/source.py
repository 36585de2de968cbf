"""Rows as a pane shows them: a piece each, and one for each heading."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import beside, cells, clean, fitted, one_line
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.picker.filtering import places, runs
from heartbit_tui.tui.picker.types import Row, Tone, Words

T = TypeVar("T")

HEADING, ROW = 0, 1
"""The second half of a key."""

KEPT = 1000
"""Rows whose lines are kept."""

LEAST_TITLE = 16
"""Cells that a title keeps at least, before meta is left out."""


class RowSource(Generic[T]):
    """The rows that are listed, in order; `query` is marked in their titles, and takes the headings away."""

    def __init__(self, rows: Sequence[Row[T]], query: str = "") -> None:
        self.rows = rows
        self.query = query
        self._look: Look | None = None
        self._lines: dict[Key, Sequence[Line]] = {}

    def first(self) -> Key | None:
        return self._top(0) if self.rows else None

    def last(self) -> Key | None:
        return (len(self.rows) - 1, ROW) if self.rows else None

    def after(self, key: Key) -> Key | None:
        at, half = key
        if half == HEADING:
            return (at, ROW)
        return self._top(at + 1) if at + 1 < len(self.rows) else None

    def before(self, key: Key) -> Key | None:
        at, half = key
        if half == ROW and self._heads(at):
            return (at, HEADING)
        return (min(at, len(self.rows)) - 1, ROW) if at > 0 else None

    def share(self, key: Key) -> float:
        return key[0] / max(len(self.rows), 1)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        if look != self._look or len(self._lines) > KEPT:
            self._look = look
            self._lines = {}
        known = self._lines.get(key)
        if known is None:
            known = self._lines[key] = self._set(key, look)
        return known

    def _top(self, at: int) -> Key:
        return (at, HEADING) if self._heads(at) else (at, ROW)

    def _heads(self, at: int) -> bool:
        if self.query or not 0 <= at < len(self.rows):
            return False
        group = self.rows[at].group
        return bool(group) and (at == 0 or self.rows[at - 1].group != group)

    def _set(self, key: Key, look: Look) -> Sequence[Line]:
        at, half = key
        if not 0 <= at < len(self.rows):
            return ()
        row = self.rows[at]
        return heading(row.group, look, first=at == 0) if half == HEADING else row_lines(row, look, self.query)


def heading(text: str, look: Look, *, first: bool) -> list[Line]:
    """A group's name, with an empty line before it unless it is the first."""
    told = fitted([(" ", look.ink.text), (one_line(text), look.ink.heading)], look.width)
    return [told] if first else [BLANK, told]


def row_lines(row: Row[T], look: Look, query: str = "") -> list[Line]:
    """A row in one line, or in two where it has a note."""
    ink = look.ink
    sign, tone = row.mark
    lead, lead_tone = row.lead
    start = [(f" {sign or ' '} ", style(ink, tone)), (one_row(lead), style(ink, lead_tone))]
    title = _title(row.title, ink, query)
    meta = _meta(row.meta, look)
    right = [*meta, (" ", ink.text)] if meta else []
    lines = [beside([*start, *title], right, look.width, ink.text)]
    if row.note:
        lines.append(fitted([("   ", ink.muted), (one_line(row.note), ink.muted)], look.width))
    return lines


def style(ink: Ink, tone: Tone) -> Style:
    """The style that a tone names."""
    return getattr(ink, tone)


def one_row(text: str) -> str:
    """Harmless text whose blanks stay."""
    return clean(text).replace("\n", " ")


def _title(text: str, ink: Ink, query: str) -> list[tuple[str, Style]]:
    shown = one_line(text)
    if not query:
        return [(shown, ink.text)]
    hit = ink.accent + Style(bold=True)
    return [(piece, hit if marked else ink.text) for piece, marked in runs(shown, places(shown, query))]


def _meta(meta: Words, look: Look) -> list[tuple[str, Style]]:
    """What stands at the right; its first parts are left out where the title needs the room."""
    parts: list[tuple[str, Tone]] = [(one_row(text), tone) for text, tone in meta]
    while parts and sum(cells(text) + 2 for text, _ in parts) > max(look.width - LEAST_TITLE, 0):
        parts = parts[1:]
    joined: list[tuple[str, Style]] = []
    for text, tone in parts:
        joined += [("  ", look.ink.text)] if joined else []
        joined.append((text, style(look.ink, tone)))
    return joined
