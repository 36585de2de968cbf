"""The styles of a theme, named for what they say."""

from collections.abc import Mapping

from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """What text is drawn with; a style has a background only where it must stand out as an area.

    `syntax` maps kinds of code (keyword, string, comment, number, function, type, operator, name, constant, tag,
    attribute, error) to styles; `modes` maps the names of the modes.
    """

    text: Style
    strong: Style
    emphasis: Style
    muted: Style
    faint: Style
    accent: Style
    heading: Style
    link: Style
    quote: Style
    code: Style
    """Code within a sentence."""
    block: Style
    """The background of a block of code."""
    rule: Style
    """Lines that separate: borders, tables, rulers."""
    prompt: Style
    """A person's words; has a background."""
    thinking: Style
    tool: Style
    path: Style
    running: Style
    ok: Style
    info: Style
    warning: Style
    error: Style
    added: Style
    removed: Style
    added_word: Style
    removed_word: Style
    hunk: Style
    gutter: Style
    selection: Style
    match: Style
    cursor: Style
    """The row that the keys act on."""
    syntax: Mapping[str, Style]
    modes: Mapping[str, Style]
