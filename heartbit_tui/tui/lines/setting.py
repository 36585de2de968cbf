"""Text set in lines: made harmless, measured in cells, cut and wrapped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.lines.colours import coloured
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.measure import TAB, cells, clean, clusters, single
from heartbit_tui.tui.lines.runs import Runs

__all__ = [
    "TAB",
    "Row",
    "beside",
    "cells",
    "clean",
    "coloured",
    "copied",
    "cut",
    "fitted",
    "line",
    "one_line",
    "placed",
    "rows",
    "wrapped",
]

Row: TypeAlias = tuple[tuple[Segment, ...], bool, str]
"""What stands in a row, whether the text goes on in the next without a line end, and the blanks lost between them."""

_CLOSING = frozenset("。，、！？：；）」』】》〉〕")
"""Wide signs that no line begins with."""


def cut(text: str, width: int) -> str:
    """One line of text cut to `width` cells, with … where something is left out."""
    if width < 1:
        return ""
    if single(text[: width + 1]):
        return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"
    size, last = 0, 0
    for stop, wide in clusters(text):
        size += wide
        if size > width:
            return f"{text[:last].rstrip()}…"
        last = stop if size < width else last
    return text


def one_line(text: str) -> str:
    """Harmless text without line ends, one blank between words."""
    return " ".join(clean(text).split())


def line(*parts: tuple[str, Style], gutter: int = 0, fill: Style | None = None, place: str = "") -> Line:
    """A line of parts that fit; their text is used as it is, so it must be clean."""
    return Line(tuple(Segment(text, style) for text, style in parts if text), gutter=gutter, fill=fill, place=place)


def fitted(parts: Iterable[tuple[str, Style]], width: int, fill: Style | None = None) -> Line:
    """One line of clean parts, cut to `width` cells."""
    kept: list[Segment] = []
    room = width
    for text, style in parts:
        if not text:
            continue
        size = cells(text) if len(text) <= 8 * width else width + 1
        kept.append(Segment(text if size <= room else cut(text, room), style))
        room -= size
        if room <= 0:
            break
    return Line(tuple(kept), fill=fill)


def beside(left: Sequence[tuple[str, Style]], right: Sequence[tuple[str, Style]], width: int, blank: Style) -> Line:
    """One line with `right` at the right edge and as much of `left` as fits beside it."""
    used = sum(cells(text) for text, _ in right)
    start = fitted(left, max(width - used - 1, 0))
    gap = width - used - cells(start.text)
    if gap < 1:
        return fitted(left, width)
    return Line((*start.parts, Segment(" " * gap, blank), *(Segment(text, style) for text, style in right)))


def wrapped(
    parts: Iterable[tuple[str, Style]],
    width: int,
    *,
    first: Sequence[tuple[str, Style]] = (),
    rest: Sequence[tuple[str, Style]] | None = None,
    fill: Style | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Clean parts on as many lines of `width` cells as they need, broken between words, at line ends in any case.

    `first` stands before the first line and `rest` (else as many blanks) before the others; both are gutter. No
    more than `limit` lines are made, and no more of the text is looked at than they need.
    """
    ahead = tuple(Segment(text, style) for text, style in first)
    indent = sum(cells(text) for text, _ in first)
    behind = (Segment(" " * indent),) if indent else ()
    if rest is not None:
        behind = tuple(Segment(text, style) for text, style in rest)
        indent = max(indent, sum(cells(text) for text, _ in rest))
    found: list[Line] = []
    for row, joined, lost in islice(rows(parts, max(width - indent, 1)), limit):
        before = behind if found else ahead
        gutter = sum(cells(part.text) for part in before)
        found.append(Line((*before, *row) if before else row, gutter, joined, fill, "", lost))
    return found or [Line(ahead, gutter=indent, fill=fill) if ahead else BLANK]


def rows(parts: Iterable[tuple[str, Style]], room: int) -> Iterator[Row]:
    """Clean parts in rows of at most `room` cells, at least one row; each is made when it is asked for."""
    runs = Runs(parts)
    text, room = runs.text, max(room, 1)
    start, end = 0, len(text)
    plain = single(text)
    while True:
        stop = text.find("\n", start)
        stop = end if stop < 0 else stop
        while True:
            shown, after = _row(text, start, stop, room) if plain else _wide_row(text, start, stop, room)
            goes_on = after < stop
            yield runs.between(start, shown), goes_on, text[shown:after]
            if not goes_on:
                break
            start = after
        if stop >= end:
            return
        start = stop + 1


def copied(lines: Iterable[Line]) -> str:
    """The text that lines were made of, as a copy has it: without gutters, and with what was broken put together."""
    found: list[str] = []
    for each in lines:
        found.append(_without_gutter(each))
        found.append(each.lost if each.joined else f"{each.lost}\n")
    return "".join(found).removesuffix("\n")


def placed(line: Line, place: str) -> Line:
    """The same line, showing `place`, a `file:line`."""
    return replace(line, place=place)


def _without_gutter(line: Line) -> str:
    text = line.text
    if not line.gutter or single(text[: line.gutter]):
        return text[line.gutter :]
    size = 0
    for stop, wide in clusters(text):
        size += wide
        if size >= line.gutter:
            return text[stop:]
    return ""


def _row(text: str, start: int, stop: int, room: int) -> tuple[int, int]:
    """Where a row of one-cell characters ends, and where the next one begins."""
    if stop - start <= room:
        return stop, stop
    blank = text.rfind(" ", start, start + room + 1)
    if blank <= start:
        return start + room, start + room
    return _at_blank(text, start, stop, blank) or (start + room, start + room)


def _at_blank(text: str, start: int, stop: int, blank: int) -> tuple[int, int] | None:
    """The row that ends before the blanks around `blank`, None where it would be empty; blanks at its end are lost."""
    shown = start + len(text[start:blank].rstrip(" "))
    if shown == start:
        return None
    after = blank
    while after < stop and text[after] == " ":
        after += 1
    return shown, after


def _wide_row(text: str, start: int, stop: int, room: int) -> tuple[int, int]:
    """The same for text whose characters join each other or take no or two cells."""
    at, used, best = start, 0, 0
    after_wide = False
    for end, wide in clusters(text, start):
        if at >= stop:
            return stop, stop
        blank = text[at] == " "
        if blank or ((wide == 2 or after_wide) and text[at] not in _CLOSING):
            best = at
        if used + wide > room:
            break
        at, used, after_wide = end, used + wide, wide == 2
    else:
        return stop, stop
    return _wide_break(text, start, stop, best, at)


def _wide_break(text: str, start: int, stop: int, best: int, at: int) -> tuple[int, int]:
    if best > start and text[best] == " ":
        found = _at_blank(text, start, stop, best)
    else:
        found = (best, best) if best > start else None
    if found or at > start:
        return found or (at, at)
    end = next(clusters(text, start))[0]
    return start, min(end, stop)
