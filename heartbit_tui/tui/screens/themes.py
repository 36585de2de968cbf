"""The themes: a list that shows each as soon as the cursor stands on it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Row
from heartbit_tui.tui.theme import load
from heartbit_tui.tui.theme.contrast import hard_to_read
from heartbit_tui.tui.theme.ink import ink as ink_of, style
from heartbit_tui.tui.theme.types import Paint, Theme, ThemeError

Part = tuple[str, Style]

TOLD = 3
"""Faults and warnings of a theme that are shown."""


def themes(
    now: Theme, wear: Callable[[Theme], None], live: Keymap, ink: Ink, config: Path | None = None
) -> Picker[str]:
    """The list of themes; its result is the name of one, None to keep what was worn.

    `wear` is called with each theme that the cursor stands on; who opened the list takes `now` on again where nothing
    was chosen. `config` is the person's folder of settings, whose themes are listed too.
    """
    listing = Listing(
        title="Theme",
        rows=rows(config),
        verb="use",
        start=now.name,
        preview=lambda name, look: _preview(name, look, wear, config),
    )
    return Picker(listing, live, ink)


def rows(config: Path | None = None) -> list[Row[str]]:
    """A row for each theme; one that cannot be used is listed with what is wrong."""
    return [_row(name, config) for name in load.names(config)]


def sample(theme: Theme, look: Look) -> list[Line]:
    """Some of everything that is drawn on a screen, in the colours of a theme whatever is worn now."""
    ink, ground = ink_of(theme), style(Paint(ground=theme.screen["background"]))
    code, syntax = ink.block, ink.syntax
    told: list[tuple[list[Part], Style | None]] = [
        ([(theme.title, ink.heading)], None),
        ([(theme.about, ink.muted)], None),
        ([], None),
        ([(f"{SIGNS['bar']} mend the failing test", ink.prompt)], ink.prompt),
        ([("I will read ", ink.text), ("area.py", ink.path), (" and run ", ink.text), ("pytest", ink.code)], None),
        ([("about it a little longer", ink.thinking)], None),
        ([("bash  ", ink.tool), ("pytest -q ", ink.text), (f"exit 1 {SIGNS['failed']}", ink.error)], None),
        ([("edit  ", ink.tool), ("area.py ", ink.text), (f"+1 -1 {SIGNS['ok']}", ink.ok)], None),
        ([("- total = ", ink.removed), ("a - b", ink.removed_word)], ink.removed),
        ([("+ total = ", ink.added), ("a + b", ink.added_word)], ink.added),
        ([("def ", syntax["keyword"]), ("area", syntax["function"]), ("(r):  ", syntax["name"])], code),
        ([("    return ", syntax["keyword"]), ("3.14", syntax["number"]), (' * "r"', syntax["string"])], code),
        ([("# a comment", syntax["comment"])], code),
        ([("the row that keys act on", ink.cursor)], ink.cursor),
        ([("selected", ink.selection), (" ", ink.text), ("found", ink.match), (" link", ink.link)], None),
        ([(f"{name} ", mode) for name, mode in ink.modes.items()], None),
    ]
    return [_on(parts, ground + fill if fill else ground, look) for parts, fill in told]


def _on(parts: Sequence[Part], ground: Style, look: Look) -> Line:
    """Parts on the background of their own theme, to the right edge."""
    line = setting.fitted(((setting.clean(text), ground + style) for text, style in parts), look.width)
    return Line(tuple(Segment(part.text, part.style) for part in line.parts), fill=ground)


def _preview(name: str, look: Look, wear: Callable[[Theme], None], config: Path | None) -> Sequence[Line]:
    try:
        theme = load.load(name, config)
    except ThemeError as error:
        told = [f"{SIGNS['failed']} {fault}" for fault in error.faults]
        return _warned(told, look, look.ink.error)
    wear(theme)
    return [*sample(theme, look), BLANK, *_warned(hard_to_read(theme), look, look.ink.warning)]


def _warned(told: Sequence[str], look: Look, style: Style) -> list[Line]:
    shown = [*told[:TOLD], *([f"{len(told) - TOLD} more like this."] if len(told) > TOLD else [])]
    return [line for text in shown for line in setting.wrapped([(setting.clean(text), style)], look.width)]


def _row(name: str, config: Path | None) -> Row[str]:
    try:
        theme = load.load(name, config)
    except ThemeError:
        return Row(key=name, title=name, note="cannot be used", mark=(SIGNS["failed"], "error"))
    kind = "terminal" if theme.ansi else "dark" if theme.dark else "light"
    return Row(key=name, title=name, meta=((kind, "faint"),), note=theme.about, also=f"{theme.title} {kind}")
