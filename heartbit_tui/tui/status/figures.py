"""Figures as people read them: tokens, money, shares and meters."""

from rich.style import Style

from heartbit_tui.client.counts import tokens
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import SIGNS

__all__ = ("full_style", "meter", "money", "percent", "tokens")


def money(usd: float, *, unpriced: bool = False) -> str:
    """US dollars: $0.12, below a cent with three digits; a + says that some calls have no known price."""
    if usd <= 0:
        return "" if unpriced else "$0"
    least = usd < 0.0005
    figure = "<$0.001" if least else f"${usd:.3f}" if usd < 0.01 else f"${usd:,.2f}"
    return figure + ("+" if unpriced else "")


def percent(share: float) -> str:
    """A share from 0 on as a whole per cent; what is less than 1 and not nothing says so, and only all is 100."""
    if 0 < share < 0.01:
        return "<1 %"
    return f"{min(round(share * 100), 99) if share < 1 else round(share * 100)} %"


def meter(share: float, cells: int, full: Style, empty: Style) -> list[tuple[str, Style]]:
    """A bar of `cells` cells, of which `share` are full; not nothing is at least one, and only all is all."""
    filled = round(min(max(share, 0.0), 1.0) * cells)
    if share > 0:
        filled = max(filled, 1)
    if share < 1:
        filled = min(filled, max(cells - 1, 0))
    return [(SIGNS["full"] * filled, full), (SIGNS["empty"] * (cells - filled), empty)]


def full_style(share: float, ink: Ink) -> Style:
    """The colour of a context meter: calm, from 75 % on a warning, from 90 % alarming."""
    return ink.error if share >= 0.9 else ink.warning if share >= 0.75 else ink.accent
