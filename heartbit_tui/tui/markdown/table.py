"""Tables set in lines: columns as wide as they need, or as there is room for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.markdown.marks import cells_of

Part: TypeAlias = tuple[str, Style]
Words: TypeAlias = Callable[[str, Style], list[Part]]

NARROWEST = 4
"""Cells of a column below which a table is shown as it was written."""

_BETWEEN = 3


def table(text: str, ink: Ink, room: int, words: Words) -> list[Line]:
    """A table in lines of at most `room` cells; `words` reads a cell."""
    source = text.split("\n")
    header = cells_of(source[0])
    sides = [_side(each) for each in cells_of(source[1])]
    body = [_exactly(cells_of(row), len(header)) for row in source[2:]]
    styled = [[words(each, ink.strong) for each in header], *([words(each, ink.text) for each in row] for row in body)]
    widths = _widths([max(_width(row[index]) for row in styled) for index in range(len(header))], room)
    if widths is None:
        return setting.wrapped([(text, ink.text)], room)
    return list(
        _drawn([[_cell(*each) for each in zip(row, widths, sides, strict=True)] for row in styled], widths, ink)
    )


def _drawn(rows: Sequence[Sequence[list[Line]]], widths: Sequence[int], ink: Ink) -> Iterator[Line]:
    airy = any(len(cell) > 1 for row in rows[1:] for cell in row)
    for number, row in enumerate(rows):
        if number == 1 or (airy and number > 1):
            yield _ruler(widths, ink)
        yield from _row(row, widths, ink)
    if len(rows) == 1:
        yield _ruler(widths, ink)


def _row(row: Sequence[list[Line]], widths: Sequence[int], ink: Ink) -> Iterator[Line]:
    for across in zip_longest(*row):
        parts: list[Segment] = []
        for index, (cell, width) in enumerate(zip(across, widths, strict=True)):
            if index:
                parts.append(Segment(" │ ", ink.rule))
            found = cell.parts if cell else ()
            parts.extend(found)
            gap = width - sum(setting.cells(each.text) for each in found)
            if gap > 0 and index < len(widths) - 1:
                parts.append(Segment(" " * gap))
        yield Line(tuple(parts))


def _ruler(widths: Sequence[int], ink: Ink) -> Line:
    return Line((Segment("─┼─".join("─" * each for each in widths), ink.rule),))


def _cell(parts: list[Part], width: int, side: str) -> list[Line]:
    found = [Line(_segments(parts))] if _width(parts) <= width else setting.wrapped(parts, width)
    if side == "left":
        return found
    return [_moved(each, width, side) for each in found]


def _moved(line: Line, width: int, side: str) -> Line:
    free = width - setting.cells(line.text)
    ahead = free if side == "right" else free // 2
    return Line((Segment(" " * ahead), *line.parts)) if ahead > 0 else line


def _widths(wanted: Sequence[int], room: int) -> list[int] | None:
    """What each column gets: what it wants where all fits, else the widest ones give way first."""
    left = room - _BETWEEN * (len(wanted) - 1)
    if left < len(wanted) * NARROWEST and left < sum(wanted):
        return None
    widths = dict.fromkeys(range(len(wanted)), 0)
    waiting = sorted(widths, key=lambda index: wanted[index])
    for number, index in enumerate(waiting):
        widths[index] = min(max(wanted[index], 1), left // (len(waiting) - number))
        left -= widths[index]
    return [widths[index] for index in range(len(wanted))]


def _width(parts: list[Part]) -> int:
    if len(parts) == 1 and "\n" not in parts[0][0]:
        return setting.cells(parts[0][0])
    return max(setting.cells(row) for row in "".join(text for text, _ in parts).split("\n"))


def _segments(parts: list[Part]) -> tuple[Segment, ...]:
    return tuple(Segment(text, style) for text, style in parts if text)


def _exactly(cells: Sequence[str], count: int) -> list[str]:
    return [*cells[:count], *[""] * (count - len(cells))]


def _side(delimiter: str) -> str:
    if not delimiter.endswith(":"):
        return "left"
    return "middle" if delimiter.startswith(":") else "right"
