"""The few colours of the very first frame, found without reading the whole theme and without any library."""

import re
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.theme.files import PLAIN, STANDARD, found, places

_ENTRY = re.compile(r'^(\w+)\s*=\s*"([^"]*)"')
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z-]+")
_PARENTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFrame:
    """Colours as `#rrggbb`, the name of one of the terminal's sixteen (`bright-black`), or `default`."""

    background: str = "default"
    foreground: str = "default"
    border: str = "default"
    muted: str = "default"
    primary: str = "default"


def first_frame(name: str, config: Path | None = None) -> FirstFrame:
    """The colours that the theme `name` gives the first frame; the standard theme's where it cannot be read."""
    where = places(config)
    told = _screen(name, where, _PARENTS) or _screen(STANDARD, where, 1)
    return FirstFrame(**{key: told[key] for key in FirstFrame.__slots__ if key in told})


def _screen(name: str, where: tuple[Path, ...], parents: int) -> dict[str, str]:
    """The table `screen` of a theme over that of the theme it is based on; empty where there is no such file."""
    file = found(name, where)
    if file is None:
        return {}
    try:
        top, screen = _entries(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    base = top.get("base", "")
    return {**(_screen(base, where, parents - 1) if base and parents else {}), **screen}


def _entries(text: str) -> tuple[dict[str, str], dict[str, str]]:
    tables: dict[str, dict[str, str]] = {"": {}, "screen": {}}
    table = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[] ")
        elif table in tables and (match := _ENTRY.match(stripped)):
            tables[table][match[1]] = match[2]
    return tables[""], {key: value for key, value in tables["screen"].items() if _COLOUR.fullmatch(value)}


def wanted(theme: str, *, chosen: bool, no_color: bool, term: str, colorterm: str) -> str:
    """The theme to start with: `theme`, unless the terminal shows no more than sixteen colours or none are wanted.

    With `no_color` (the variable NO_COLOR is set) the terminal's own theme is taken, whose colours the screen can
    leave out altogether. A terminal that tells no more than sixteen colours (TERM without `256color`, `direct`, and
    no COLORTERM) gets it too, but for a theme that a person has `chosen`.
    """
    if no_color:
        return PLAIN
    many = bool(colorterm) or any(word in term for word in ("256color", "direct", "kitty", "ghostty", "alacritty"))
    return theme if chosen or many else PLAIN
