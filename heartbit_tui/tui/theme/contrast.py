"""How well text can be read on what it is drawn on, by the formula of WCAG 2.2."""

from collections.abc import Iterator
from typing import Final

from heartbit_tui.tui.theme.types import Paint, Theme

READABLE: Final = 4.5
"""The least ratio for text (WCAG 2.2, 1.4.3, level AA)."""

STRONG: Final = 7.0
"""The least ratio for text of a high-contrast theme (1.4.6, level AAA)."""

PLACES: Final = ("background", "surface", "panel")
"""Grounds of the screen that any text may stand on."""

AREAS: Final = ("prompt", "block", "cursor")
"""Styles with a ground that other text stands on too."""

DIFFS: Final = ("added", "removed", "added_word", "removed_word")
"""Grounds that code stands on."""

_LINES: Final = frozenset({"rule"})
"""What is drawn and not read."""

_OWN: Final = frozenset({*DIFFS, "selection", "match"})
"""Styles that bring their own ground and are drawn on no other."""

_FAINT: Final = frozenset({"faint"})
"""Never on the row that the keys act on, which is drawn in its own colour."""


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, from 0 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs(theme: Theme) -> Iterator[tuple[str, str, str]]:
    """What is read on what: a name, its colour and the ground. Nothing for a theme of the terminal's colours."""
    if theme.ansi:
        return
    grounds = [theme.screen[name] for name in PLACES]
    areas = [theme.text[name].ground or grounds[0] for name in AREAS]
    code = [grounds[0], theme.text["block"].ground, *(theme.text[name].ground for name in DIFFS)]
    for name, paint in theme.text.items():
        if name not in _LINES:
            yield from _on(name, paint, [] if name in _OWN else grounds + areas[: 2 if name in _FAINT else 3])
    for name in ("text", "strong", "gutter"):
        yield from _on(name, theme.text[name], code)
    for name, paint in theme.syntax.items():
        yield from _on(f"syntax.{name}", paint, code)
    for name, paint in theme.modes.items():
        yield from _on(f"mode {name}", paint, grounds)
    for name in ("foreground", "muted", "primary", "secondary", "accent", "success", "warning", "error"):
        yield from ((f"screen.{name}", theme.screen[name], ground) for ground in grounds)


def hard_to_read(theme: Theme, least: float = READABLE) -> tuple[str, ...]:
    """A sentence for each text of a theme whose contrast is below `least`."""
    return tuple(
        f"{name} ({colour}) on {ground} has a contrast of {found:.1f}; {least:g} is needed."
        for name, colour, ground in pairs(theme)
        if (found := ratio(colour, ground)) < least
    )


def _on(name: str, paint: Paint, grounds: list[str]) -> Iterator[tuple[str, str, str]]:
    for ground in dict.fromkeys(([paint.ground] if paint.ground else []) + grounds):
        if paint.colour and ground:
            yield name, paint.colour, ground


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
