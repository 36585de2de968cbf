"""Colours that a command wrote, kept as styles; nothing else that it wrote acts on the terminal."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from rich.color import Color
from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.measure import TAB, cells, clean

CHANGES = 4_096
"""How often the colour may change in one text; what follows keeps the text's own style."""

_COLOURS = re.compile(r"\x1b\[([0-9;:]*)m")
_ON: Mapping[int, str] = MappingProxyType(
    {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
)
_OFF: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}
)


@dataclass(frozen=True, slots=True)
class _Pen:
    """What SGR codes have set so far; colours are those of rich, empty for none."""

    colour: str = ""
    ground: str = ""
    set: frozenset[str] = frozenset()


def coloured(text: str, base: Style, ink: Ink | None = None) -> list[tuple[str, Style]]:
    """`text` made clean, in `base` and the colours that its SGR codes ask for.

    With an `ink`, the sixteen basic colours of letters are the theme's. Blinking and hidden text are shown plainly.
    """
    text = text.replace("\r\n", "\n")
    if "\x1b[" not in text:
        return [(clean(text), base)]
    styles: dict[_Pen, Style] = {_Pen(): base}
    found: list[tuple[str, Style]] = []
    column = 0
    for plain, pen in _pens(text):
        if pen not in styles:
            styles[pen] = base + _style(pen, ink)
        kept, column = _tabbed(plain, column)
        found.append((kept, styles[pen]))
    return found or [("", base)]


def _pens(text: str) -> Iterator[tuple[str, _Pen]]:
    pen, start = _Pen(), 0
    for count, match in enumerate(_COLOURS.finditer(text)):
        if match.start() > start:
            yield text[start : match.start()], pen
        start = match.end()
        if count >= CHANGES:
            pen = _Pen()
            break
        pen = _changed(pen, match.group(1))
    if start < len(text):
        yield text[start:], pen


def _tabbed(text: str, column: int) -> tuple[str, int]:
    """A stretch made clean, its tabs set as they stand in the whole line, and the column where it ends."""
    ahead = " " * (column % TAB)
    kept = clean(ahead + text)[len(ahead) :]
    last = kept.rfind("\n")
    return kept, cells(kept[last + 1 :]) + (column if last < 0 else 0)


def _changed(pen: _Pen, codes: str) -> _Pen:
    numbers = [
        int(code) if code and len(code) < 4 else 0
        for code in codes.replace("::", ";").replace(":", ";")[:128].split(";")
    ]
    at = 0
    while at < len(numbers):
        code = numbers[at]
        if code in (38, 48):
            colour, at = _extended(numbers, at + 1)
            pen = replace(pen, colour=colour) if code == 38 else replace(pen, ground=colour)
            continue
        pen = _with(pen, code)
        at += 1
    return pen


def _with(pen: _Pen, code: int) -> _Pen:
    if code == 0:
        return _Pen()
    if code in _ON:
        return replace(pen, set=pen.set | {_ON[code]})
    if code in _OFF:
        return replace(pen, set=pen.set.difference(_OFF[code]))
    if code in (39, 49):
        return replace(pen, colour="") if code == 39 else replace(pen, ground="")
    for first, bright in ((30, 0), (90, 8), (40, 0), (100, 8)):
        if first <= code < first + 8:
            colour = f"color({code - first + bright})"
            return replace(pen, colour=colour) if first in (30, 90) else replace(pen, ground=colour)
    return pen


def _extended(numbers: list[int], at: int) -> tuple[str, int]:
    """The colour of `5;n` or `2;r;g;b` at `at`, and where the codes go on."""
    kind = numbers[at] if at < len(numbers) else 0
    if kind == 5 and at + 1 < len(numbers) and numbers[at + 1] < 256:
        return f"color({numbers[at + 1]})", at + 2
    if kind == 2 and at + 3 < len(numbers) and max(numbers[at + 1 : at + 4]) < 256:
        red, green, blue = numbers[at + 1 : at + 4]
        return f"#{red:02x}{green:02x}{blue:02x}", at + 4
    return "", len(numbers)


def _style(pen: _Pen, ink: Ink | None) -> Style:
    found = Style(
        bgcolor=Color.parse(pen.ground) if pen.ground else None,
        bold="bold" in pen.set or None,
        dim="dim" in pen.set or None,
        italic="italic" in pen.set or None,
        underline="underline" in pen.set or None,
        reverse="reverse" in pen.set or None,
        strike="strike" in pen.set or None,
    )
    own = _inked(pen.colour, ink) if ink and not pen.ground else None
    if own is not None:
        return found + Style(color=own.color)
    return found + Style(color=Color.parse(pen.colour)) if pen.colour else found


def _inked(colour: str, ink: Ink) -> Style | None:
    basic: Mapping[str, Style] = {
        "color(0)": ink.muted,
        "color(1)": ink.error,
        "color(2)": ink.ok,
        "color(3)": ink.warning,
        "color(4)": ink.info,
        "color(5)": ink.accent,
        "color(6)": ink.link,
        "color(7)": ink.text,
        "color(8)": ink.faint,
        "color(9)": ink.error,
        "color(10)": ink.ok,
        "color(11)": ink.warning,
        "color(12)": ink.info,
        "color(13)": ink.accent,
        "color(14)": ink.link,
        "color(15)": ink.text,
    }
    return basic.get(colour)
