"""A theme as data: which colours and which styles, before anything is drawn."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError

ANSI: Final = frozenset(
    f"{bright}{name}"
    for bright in ("", "bright-")
    for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
)
"""The sixteen colours that a terminal itself decides on."""

DEFAULT: Final = "default"
"""The terminal's own foreground or background."""

WORDS: Final = ("bold", "dim", "italic", "underline", "reverse", "strike")
"""What a style may say beside its colours."""

SCREEN: Final = (
    "background",
    "surface",
    "panel",
    "foreground",
    "muted",
    "border",
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
    "scrollbar",
)
"""The colours of the screen itself: what every theme has to name."""

TEXT: Final = (
    *("text", "strong", "emphasis", "muted", "faint", "accent", "heading", "link", "quote", "code", "block", "rule"),
    *("prompt", "thinking", "tool", "path", "running", "ok", "info", "warning", "error", "added", "removed"),
    *("added_word", "removed_word", "hunk", "gutter", "selection", "match", "cursor"),
)
"""The styles of text, as `Ink` names them."""

SYNTAX: Final = (
    *("keyword", "string", "comment", "number", "function", "type", "operator", "name", "constant", "tag"),
    *("attribute", "error"),
)
"""The kinds of code that have a style of their own."""

MODES: Final = ("ask", "accept-edits", "plan", "auto", "yolo")

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"screen": SCREEN, "text": TEXT, "syntax": SYNTAX, "modes": MODES}
)
"""What stands in which table of a theme's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """How one kind of text is drawn: colours as `#rrggbb`, an ANSI name or `default`, empty for what is below."""

    colour: str = ""
    ground: str = ""
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Everything that is drawn with; `ansi` themes name no colour but the terminal's own.

    `screen` maps the names in `SCREEN` to colours; the others map theirs to styles.
    """

    name: str
    title: str
    about: str
    dark: bool
    ansi: bool
    screen: Mapping[str, str]
    text: Mapping[str, Paint]
    syntax: Mapping[str, Paint]
    modes: Mapping[str, Paint]


class ThemeError(HeartbitError):
    """A theme cannot be used; `faults` are sentences, one for each thing that is wrong with it."""

    kind = "config"

    def __init__(self, name: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"The theme {name!r} cannot be used. " + " ".join(faults))
        self.name = name
        self.faults = faults
