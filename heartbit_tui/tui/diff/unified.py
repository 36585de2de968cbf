"""A diff as one column: what was removed above what was added."""

from dataclasses import replace

from rich.style import Style

from heartbit_tui.tui.diff.heading import heading
from heartbit_tui.tui.diff.paint import SIGNS, Parts, base, painted
from heartbit_tui.tui.diff.types import Colour, Kind, Piece, Row
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

UNENDED = "no line end at the end of the file"

NARROW = 24
"""Columns below which line numbers are left out."""

NARROWEST = 4
"""Columns below which signs are left out too."""


def lines(piece: Piece, look: Look, *, reveal: bool = False, colour: Colour | None = None) -> list[Line]:
    """A piece in lines; with `reveal` nothing hides in it, as a person who approves it must see all of it."""
    found = heading(piece, look, reveal=reveal)
    for row, parts in zip(piece.rows, painted(piece, look.ink, reveal=reveal, colour=colour), strict=True):
        found += _row(piece, row, parts, look)
    return found


def _row(piece: Piece, row: Row, parts: Parts, look: Look) -> list[Line]:
    ink = look.ink
    style = base(row.kind, ink)
    digits = piece.digits if look.width >= NARROW else 0
    number = row.old if row.kind == "removed" else row.new
    first = gutter(row, number, digits, ink) if look.width >= NARROWEST else []
    rest = [(" " * sum(len(text) for text, _ in first), style)]
    fill = style if row.kind in ("added", "removed") else None
    place = f"{piece.file.path}:{row.new or row.old}" if row.kind != "note" else ""
    set_lines = setting.wrapped(parts, look.width, first=first, rest=rest, fill=fill)
    if not row.ended:
        set_lines += setting.wrapped([(UNENDED, style + ink.faint)], look.width, first=rest, fill=fill)
    return [replace(each, place=place) for each in set_lines]


def gutter(row: Row, number: int, digits: int, ink: Ink) -> Parts:
    """A row's number and sign; a row that goes on the one above has neither."""
    style = base(row.kind, ink)
    told = str(number) if number and not row.more else ""
    sign = " " if row.more else SIGNS[row.kind]
    ahead = [(f"{told:>{digits}} ", style + ink.gutter)] if digits else []
    return [*ahead, (f"{sign} ", style + _signed(row.kind, ink))]


def _signed(kind: Kind, ink: Ink) -> Style:
    return {"added": ink.ok, "removed": ink.error}.get(kind, ink.gutter)
