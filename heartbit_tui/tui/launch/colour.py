"""Colours as a terminal is told them, without the library that tells it all later ones."""

from collections.abc import Mapping

from heartbit_tui.tui.launch.shades import ANSI

MANY = ("256color", "direct", "kitty", "ghostty", "alacritty")
"""Words in TERM that promise more than sixteen colours, as `theme.plain` has them."""


def is_full(environment: Mapping[str, str]) -> bool:
    """Whether the terminal takes any colour, by the sign that rich goes by; else it has a palette of 256."""
    return environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")


def is_poor(environment: Mapping[str, str]) -> bool:
    """Whether colours are unwanted (NO_COLOR), or there are no more than sixteen."""
    term = environment.get("TERM", "")
    many = bool(environment.get("COLORTERM")) or any(word in term for word in MANY)
    return bool(environment.get("NO_COLOR")) or not many


def colour(value: str, layer: int, *, full: bool) -> str:
    """The parameters that set a colour of `Shades`; `layer` 38 is the text, 48 its ground."""
    if value == "default":
        return str(layer + 1)
    if not value.startswith("#"):
        bright = 60 if value.startswith("bright-") else 0
        return str(layer - 8 + bright + ANSI.index(value.removeprefix("bright-")))
    red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
    return f"{layer};2;{red};{green};{blue}" if full else f"{layer};5;{nearest(red, green, blue)}"


def nearest(red: int, green: int, blue: int) -> int:
    """The place in the palette of 256 that rich takes (`Color.downgrade`), so that nothing changes when it draws."""
    high, low = max(red, green, blue) / 255, min(red, green, blue) / 255
    light = (high + low) / 2
    if _saturation(high, low, light) >= 0.15:
        return 16 + 36 * _step(red) + 6 * _step(green) + _step(blue)
    grey = round(light * 25)
    return {0: 16, 25: 231}.get(grey, 231 + grey)


def _saturation(high: float, low: float, light: float) -> float:
    if high == low:
        return 0.0
    return (high - low) / (high + low if light <= 0.5 else 2 - high - low)


def _step(part: int) -> int:
    return round(part / 95 if part < 95 else 1 + (part - 95) / 40)
