"""Draws rows of a draft as strips of cells."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.layout import Layout, Row, cuts
from heartbit_tui.tui.draft.motions import right
from heartbit_tui.tui.draft.passage import Passage
from heartbit_tui.tui.lines.setting import cut

SIGN = "❯ "
ABOVE = "↑ "
BELOW = "↓ "
"""What stands before the first row, and before a row with more above or below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """The styles of a draft."""

    text: Style
    sign: Style
    chip: Style
    selection: Style
    cursor: Style
    placeholder: Style


def drawn(
    layout: Layout, row: Row, passage: Passage, paint: Paint, *, focused: bool, marked: tuple[int, int] | None = None
) -> list[Segment]:
    """A row's text with the selection (or what is `marked` in its place), the chips and the cursor in it."""
    start, end = marked or passage.span
    at = passage.cursor if focused else -1
    after = right(passage.text, at) if at >= 0 else -1
    chips = [place for chip in layout.chips(row) for place in (chip, chip + 1)]
    parts: list[Segment] = []
    for first, last in cuts(row, start, end, at, after, *chips):
        style = paint.text
        if layout.is_chip(first):
            style += paint.chip
        if start <= first < end:
            style += paint.selection
        if first == at:
            style += paint.cursor
        parts.append(Segment(layout.shown(first, last), style))
    if at == row.end and not row.soft:
        parts.append(Segment(" ", paint.text + paint.cursor))
    elif start <= row.end < end and not row.soft:
        parts.append(Segment(" ", paint.text + paint.selection))
    return parts


def placeholder(text: str, width: int, paint: Paint, *, focused: bool) -> list[Segment]:
    """What stands in an empty draft, with the cursor on its first cell."""
    shown = cut(text, width) or " "
    first = paint.text + paint.placeholder + (paint.cursor if focused else Style.null())
    return [Segment(shown[0], first), Segment(shown[1:], paint.text + paint.placeholder)]


def strip(sign: str, parts: list[Segment], width: int, paint: Paint) -> Strip:
    """A whole row of cells: the sign, the parts, and blanks to the right edge."""
    ahead = [Segment(sign, paint.text + paint.sign)] if sign else []
    return Strip([*ahead, *parts]).adjust_cell_length(width, paint.text)
