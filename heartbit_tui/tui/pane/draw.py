"""Lines turned into what the terminal gets, with marks, matches and the cursor row drawn over them."""

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.line import Line


@dataclass(frozen=True, slots=True)
class Over:
    """A style drawn over the cells from `start` to before `end`."""

    start: int
    end: int
    style: Style


def strip(line: Line, width: int, base: Style, overs: Iterable[Over] = (), fill: Style | None = None) -> Strip:
    """A line as a strip of exactly `width` cells on the style `base`; `fill` wins over the line's own."""
    segments = list(Segment.apply_style(line.parts, base)) if line.parts else []
    for over in overs:
        segments = list(_over(segments, over))
    used = sum(segment.cell_length for segment in segments)
    if used < width:
        rest = fill or line.fill
        segments.append(Segment(" " * (width - used), base + rest if rest else base))
    found = Strip(segments, max(used, width))
    return found if used <= width else found.crop(0, width)


def matches(line: Line, needle: re.Pattern[str], style: Style) -> Iterator[Over]:
    """Where the pattern occurs in the text of a line."""
    text = line.text
    for match in needle.finditer(text):
        if match.group():
            start = cell_len(text[: match.start()])
            yield Over(start, start + cell_len(match.group()), style)


def _over(segments: Iterable[Segment], over: Over) -> Iterator[Segment]:
    at = 0
    for segment in segments:
        size = segment.cell_length
        low, high = max(over.start - at, 0), min(over.end - at, size)
        if low >= high:
            yield segment
        else:
            before, rest = segment.split_cells(low)
            middle, after = rest.split_cells(high - low)
            yield from (part for part in (before, _styled(middle, over.style), after) if part.text)
        at += size


def _styled(segment: Segment, style: Style) -> Segment:
    return Segment(segment.text, segment.style + style if segment.style else style)


def line_of(text: str) -> Line:
    """A line of one text without a style."""
    return Line((Segment(text),))
