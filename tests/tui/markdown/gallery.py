"""Draws the sample into pictures: `python -m tests.tui.markdown.gallery FOLDER [THEME ...]`."""

import sys
from io import StringIO
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown.set import lines
from heartbit_tui.tui.markdown.split import pieces_of
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

SAMPLE = Path(__file__).with_name("sample.md")


def picture(theme: str, width: int) -> str:
    """The sample as an SVG."""
    known = load(theme)
    ground = Style(bgcolor=known.screen["background"])
    console = Console(width=width, record=True, file=StringIO(), force_terminal=True, color_system="truecolor")
    for piece in pieces_of(SAMPLE.read_text(encoding="utf-8")):
        for line in lines(piece, Look(width, ink(known)), open=False):
            console.print(Segments(_across(line, width, ground)), end="")
    return console.export_svg(title=f"{theme} {width}")


def _across(line: Line, width: int, ground: Style) -> list[Segment]:
    rest = ground + (line.fill or Style())
    parts = [Segment(part.text, ground + (part.style or Style())) for part in line.parts]
    return [*parts, Segment(" " * (width - cell_len(line.text)), rest), Segment("\n")]


if __name__ == "__main__":
    for theme in sys.argv[2:] or ("heartbit",):
        for width in (120, 80, 40):
            Path(sys.argv[1], f"{theme}-{width}.svg").write_text(picture(theme, width), encoding="utf-8")
