"""The theme of the last start, for the first frame of the next one."""

from collections.abc import Mapping
from pathlib import Path

from heartbit_tui.tui.launch import shades
from heartbit_tui.tui.theme.files import STANDARD
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.types import Theme, ThemeError


def last(environment: Mapping[str, str]) -> Theme:
    """The theme of the last start, or the standard one."""
    try:
        name = Path(theme_file(environment)).read_text("utf-8").strip()
        return load(name, config_folder(environment))
    except (OSError, ValueError, ThemeError):
        return load(STANDARD)


def theme_file(environment: Mapping[str, str]) -> str:
    """Where the name of the theme is kept for the next start, beside the colours of its first frame."""
    return f"{shades.file_in(environment)}-theme"


def config_folder(environment: Mapping[str, str]) -> Path:
    """Where the person's own themes are, found without loading the configuration."""
    root, below = environment.get("HEARTBIT_HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    base = below if below.startswith("/") else f"{environment.get('HOME', '')}/.config"
    return Path(root or f"{base}/heartbit")
