"""A diff as two columns: the old file on the left, the new one on the right."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.diff import unified
from heartbit_tui.tui.diff.heading import heading
from heartbit_tui.tui.diff.paint import Parts, base, painted
from heartbit_tui.tui.diff.types import Colour, Piece, Row
from heartbit_tui.tui.diff.words import pairs
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

NARROWEST = 100
"""Columns from which on two columns are worth it."""

_Side: TypeAlias = tuple[Row, Parts] | None


def lines(piece: Piece, look: Look, *, reveal: bool = False, colour: Colour | None = None) -> list[Line]:
    """A piece in lines, or what `unified.lines` makes of it where there is not enough room."""
    if look.width < NARROWEST:
        return unified.lines(piece, look, reveal=reveal, colour=colour)
    found = heading(piece, look, reveal=reveal)
    parts = painted(piece, look.ink, reveal=reveal, colour=colour)
    for left, right in _sides(list(zip(piece.rows, parts, strict=True))):
        found += _beside(piece, left, right, look)
    return found


def _sides(rows: Sequence[tuple[Row, Parts]]) -> Iterator[tuple[_Side, _Side]]:
    """What stands beside each other: the same row twice, or a removed row and the added one that stands for it."""
    partners = dict(pairs([row for row, _ in rows]))
    at = 0
    while at < len(rows):
        if rows[at][0].kind in ("same", "note"):
            yield rows[at], rows[at]
            at += 1
            continue
        removed = _end(rows, at, "removed")
        added = _end(rows, removed, "added")
        yield from _run(rows, range(at, removed), range(removed, added), partners)
        at = added


def _run(
    rows: Sequence[tuple[Row, Parts]], gone: range, come: range, partners: Mapping[int, int]
) -> Iterator[tuple[_Side, _Side]]:
    left, right = gone.start, come.start
    for removed in (number for number in gone if number in partners):
        added = partners[removed]
        yield from zip_longest(rows[left:removed], rows[right:added])
        yield rows[removed], rows[added]
        left, right = removed + 1, added + 1
    yield from zip_longest(rows[left : gone.stop], rows[right : come.stop])


def _end(rows: Sequence[tuple[Row, Parts]], at: int, kind: str) -> int:
    while at < len(rows) and rows[at][0].kind == kind:
        at += 1
    return at


def _beside(piece: Piece, left: _Side, right: _Side, look: Look) -> list[Line]:
    ink = look.ink
    width = (look.width - 1) // 2
    other = look.width - 1 - width
    row = right[0] if right else left[0] if left else None
    place = f"{piece.file.path}:{row.new or row.old}" if row and row.kind != "note" else ""
    sides = zip_longest(_column(piece, left, look, width, old=True), _column(piece, right, look, other, old=False))
    return [
        Line(
            (
                *_padded(one, width, ink.text),
                Segment("│", ink.rule),
                *_padded(two, other, ink.text),
            ),
            gutter=one.gutter if one else 0,
            place=place,
        )
        for one, two in sides
    ]


def _column(piece: Piece, side: _Side, look: Look, width: int, *, old: bool) -> list[Line]:
    if side is None:
        return []
    row, parts = side
    style = base(row.kind, look.ink)
    first = unified.gutter(row, row.old if old else row.new, piece.digits, look.ink)
    rest = [(" " * sum(len(text) for text, _ in first), style)]
    fill = style if row.kind in ("added", "removed") else None
    found = setting.wrapped(parts, width, first=first, rest=rest, fill=fill)
    if not row.ended:
        found += setting.wrapped([(unified.UNENDED, style + look.ink.faint)], width, first=rest, fill=fill)
    return found


def _padded(line: Line | None, width: int, blank: Style) -> tuple[Segment, ...]:
    if line is None:
        return (Segment(" " * width, blank),)
    gap = width - setting.cells(line.text)
    return (*line.parts, Segment(" " * gap, line.fill or blank)) if gap > 0 else line.parts
