"""A theme as Textual's own, with the CSS variables that the screen's style sheets use."""

from collections.abc import Mapping

from textual.theme import Theme as TextualTheme

from heartbit_tui.tui.theme.types import DEFAULT, Paint, Theme


def textual_theme(theme: Theme) -> TextualTheme:
    """Textual's form of a theme; beside its usual variables it knows `$muted`, `$selection`, `$cursor` and `$mode-NAME`."""
    screen = {name: css(colour) for name, colour in theme.screen.items()}
    return TextualTheme(
        name=theme.name,
        dark=theme.dark,
        ansi=theme.ansi,
        primary=screen["primary"],
        secondary=screen["secondary"],
        accent=screen["accent"],
        success=screen["success"],
        warning=screen["warning"],
        error=screen["error"],
        background=screen["background"],
        surface=screen["surface"],
        panel=screen["panel"],
        foreground=screen["foreground"],
        boost=screen["surface"],
        text_alpha=1.0,
        variables=_variables(theme, screen),
    )


def css(colour: str) -> str:
    """A colour as Textual's style sheets write it."""
    return colour if colour.startswith("#") else f"ansi_{colour.replace('-', '_')}"


def _variables(theme: Theme, screen: Mapping[str, str]) -> dict[str, str]:
    selection, cursor = theme.text["selection"], theme.text["cursor"]
    bar, ground = screen["scrollbar"], screen["background"]
    text = screen["foreground"]
    return {
        "text": text,
        "text-muted": screen["muted"],
        "muted": screen["muted"],
        "border": screen["border"],
        "border-blurred": screen["border"],
        "scrollbar": bar,
        "scrollbar-hover": screen["muted"],
        "scrollbar-active": screen["primary"],
        **{
            f"scrollbar-{name}": ground
            for name in ("background", "background-hover", "background-active", "corner-color")
        },
        **{f"text-{name}": screen[name] for name in ("primary", "secondary", "accent", "success", "warning", "error")},
        **_pair("block-cursor", cursor, theme.ansi),
        **_pair("input-selection", selection, theme.ansi),
        **_pair("screen-selection", selection, theme.ansi),
        **_pair("selection", selection, theme.ansi),
        **_pair("cursor", cursor, theme.ansi),
        "block-cursor-text-style": "reverse" if theme.ansi else "none",
        "input-cursor-text-style": "reverse",
        "input-cursor-foreground": text,
        "input-cursor-background": ground,
        **{f"mode-{name}": css(paint.colour or DEFAULT) for name, paint in theme.modes.items()},
    }


def _pair(name: str, paint: Paint, ansi: bool) -> dict[str, str]:
    """Two variables; a reversed style has no colours of its own, so the terminal's cyan marks the place."""
    if ansi:
        return {f"{name}-foreground": "ansi_black", f"{name}-background": "ansi_cyan"}
    return {f"{name}-foreground": css(paint.colour or DEFAULT), f"{name}-background": css(paint.ground or DEFAULT)}
