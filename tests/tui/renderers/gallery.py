"""All kinds of blocks as pictures: `python -m tests.tui.renderers.gallery FOLDER [THEME]` writes SVG files."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from heartbit_tui.tui.diff import split
from heartbit_tui.tui.diff.language import colouring
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.pieces import pieces
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown.syntax import syntax
from heartbit_tui.tui.renderers.table import opens, render
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.transcript.blocks import Call
from tests.tui.renderers import samples


def gallery(look: Look, *, open: bool | None) -> list[Line]:
    """All samples below each other, a blank line between those that are no calls in a row."""
    found: list[Line] = []
    was_call = False
    scene = replace(samples.SCENE, colour=colouring(syntax, look.ink))
    for block in samples.blocks():
        shown = opens(block) if open is None else open
        lines = render(block, look, open=shown, scene=scene)
        is_call = isinstance(block, Call) and len(lines) == 1
        found += lines if is_call and was_call else [BLANK, *lines]
        was_call = is_call
    return found


def two_columns(look: Look) -> list[Line]:
    """A diff in two columns."""
    colour = colouring(syntax, look.ink)
    return [line for piece in pieces(parse(samples.TWO_FILES)) for line in split.lines(piece, look, colour=colour)]


def picture(lines: Sequence[Line], width: int, theme: str) -> str:
    """The lines as SVG."""
    screen = load(theme).screen
    ground = Style.parse(f"{screen['foreground']} on {screen['background']}")
    console = Console(record=True, width=width, file=StringIO(), color_system="truecolor", legacy_windows=False)
    for line in lines:
        rest = width - setting.cells(line.text)
        text = Text(no_wrap=True, end="")
        for part in (*line.parts, Segment(" " * rest, line.fill)):
            text.append(part.text, ground + (part.style or Style.null()))
        console.print(text, end="\n")
    colours = TerminalTheme(_rgb(screen["background"]), _rgb(screen["foreground"]), [(0, 0, 0)] * 8, [(0, 0, 0)] * 8)
    return console.export_svg(title=f"{theme} {width}", theme=colours)


def _rgb(colour: str) -> tuple[int, int, int]:
    digits = colour.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def main() -> None:
    """Write the pictures."""
    folder, theme = Path(sys.argv[1]), (sys.argv[2] if len(sys.argv) > 2 else "heartbit")
    folder.mkdir(parents=True, exist_ok=True)
    ink = samples.shipped_ink(theme)
    for width in (120, 80):
        look = Look(width, ink)
        for name, shown in (("folded", False), ("natural", None), ("open", True)):
            (folder / f"{theme}-{width}-{name}.svg").write_text(picture(gallery(look, open=shown), width, theme))
    (folder / f"{theme}-120-split.svg").write_text(picture(two_columns(Look(120, ink)), 120, theme))


if __name__ == "__main__":
    main()
