"""What stands before the lines of a piece: the bars of quotes, the marks of lists, and blanks below them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.lines.setting import Row
from heartbit_tui.tui.markdown.piece import Piece


@dataclass(frozen=True, slots=True)
class Margin:
    """The cells before the first line of a piece and before the others, and how many are left of the width.

    `bars` counts the cells of the quotes that stand outside of all lists: they are no part of the text in any line.
    Blanks before a line that begins a paragraph of a list are, so that a copy keeps the list's shape.
    """

    first: tuple[Segment, ...]
    rest: tuple[Segment, ...]
    gaps: tuple[Segment, ...]
    room: int
    bars: int = 0
    indent: int = 0
    fill: Style | None = None
    framed: bool = False
    onward: tuple[Segment, ...] = ()

    def gap(self) -> Line:
        """The blank line before the piece."""
        return Line(self.gaps, gutter=sum(len(each.text) for each in self.gaps)) if self.gaps else BLANK

    def line(self, line: Line, number: int = 0) -> Line:
        """A line of the piece, `number` counted from 0, with its margin."""
        before = self.rest if number else self.first
        return replace(line, parts=(*before, *line.parts), gutter=self.bars) if before else line

    def frame(self, line: Line) -> Line:
        """A line that is no part of the text at all."""
        return Line((*self.first, *line.parts), self.indent + cells(line.text), joined=True, fill=self.fill)

    def around(self, rows: Iterable[Row], piece: Piece) -> Iterator[Line]:
        """Rows of text with their margins; the last one is joined where the piece's line goes on in the next."""
        before, after = self.first, False
        held: Line | None = None
        for row, joined, lost in rows:
            if held is not None:
                yield held
            gutter = self.indent if self.framed or after else self.bars
            held = Line((*before, *row), gutter, joined, self.fill, "", lost)
            before, after = self.onward if joined and self.framed else self.rest, joined
        if held is not None:
            yield replace(held, joined=True) if piece.joined else held

    def inside(self, pad: str, onward: str, style: Style) -> "Margin":
        """The margin of a frame that stands where the piece stands: nothing left of its text is copied.

        `pad` stands before its lines, `onward`, as wide, before what goes on from the line above.
        """
        ahead = (Segment(pad, style),) if pad else ()
        return Margin(
            first=(*self.first, *ahead),
            rest=(*self.rest, *ahead),
            gaps=self.gaps,
            room=max(self.room - len(pad), 1),
            bars=self.bars,
            indent=self.indent + len(pad),
            fill=style,
            framed=True,
            onward=(*self.rest, Segment(onward, style)) if onward else self.rest,
        )


def margin_of(piece: Piece, look: Look) -> Margin:
    """The margin of a piece; no more than half of the width, else the outer marks are left out."""
    if not piece.marks:
        return Margin((), (), (), max(look.width, 1))
    shown = piece.shown
    known = [_mark(mark, look.ink, piece.marks[:depth].count("-")) for depth, mark in enumerate(piece.marks)]
    while known and sum(cells(each.text) for each in known) > look.width // 2:
        known.pop(0)
        shown -= 1
    marks = piece.marks[len(piece.marks) - len(known) :]
    rest = tuple(
        each if mark == ">" else Segment(" " * cells(each.text)) for each, mark in zip(known, marks, strict=True)
    )
    first = tuple(rest[index] if index < shown else each for index, each in enumerate(known))
    indent = sum(cells(each.text) for each in known)
    outer = next((index for index, mark in enumerate(marks) if mark != ">"), len(marks))
    inner = max((index + 1 for index, mark in enumerate(marks[: max(shown, 0)]) if mark == ">"), default=0)
    bars = sum(cells(each.text) for each in known[:outer])
    return Margin(_merged(first), _merged(rest), rest[:inner], max(look.width - indent, 1), bars, indent)


def _mark(mark: str, ink: Ink, depth: int) -> Segment:
    match mark:
        case ">":
            return Segment(f"{SIGNS['bar']} ", ink.rule)
        case "-":
            return Segment(f"{SIGNS['ring' if depth % 2 else 'bullet']} ", ink.accent)
        case "[ ]":
            return Segment(f"{SIGNS['todo']} ", ink.muted)
        case "[x]":
            return Segment(f"{SIGNS['done']} ", ink.ok)
        case _:
            return Segment(f"{mark} ", ink.accent)


def _merged(parts: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Neighbours that are blanks in one."""
    found: list[Segment] = []
    for each in parts:
        if found and found[-1].style == each.style:
            found[-1] = Segment(found[-1].text + each.text, each.style)
        else:
            found.append(each)
    return tuple(found)
