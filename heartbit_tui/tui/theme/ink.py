"""A theme as the styles that lines are drawn with."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.color import Color
from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.theme.types import DEFAULT, Paint, Theme


def ink(theme: Theme) -> Ink:
    """The styles of a theme; the same colours give the same `Ink` each time."""
    return Ink(
        **{name: style(paint) for name, paint in theme.text.items()},
        syntax=_styles(theme.syntax),
        modes=_styles(theme.modes),
    )


def style(paint: Paint) -> Style:
    """One style of rich."""
    words = paint.words
    return Style(
        color=_colour(paint.colour),
        bgcolor=_colour(paint.ground),
        bold="bold" in words or None,
        dim="dim" in words or None,
        italic="italic" in words or None,
        underline="underline" in words or None,
        reverse="reverse" in words or None,
        strike="strike" in words or None,
    )


def _styles(paints: Mapping[str, Paint]) -> Mapping[str, Style]:
    return MappingProxyType({name: style(paint) for name, paint in paints.items()})


def _colour(name: str) -> Color | None:
    if not name:
        return None
    return Color.default() if name == DEFAULT else Color.parse(name.replace("-", "_"))
