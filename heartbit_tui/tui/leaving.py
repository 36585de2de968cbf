"""What one start leaves behind, so that the next one paints its first frame alike."""

from pathlib import Path

from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.launch import shades
from heartbit_tui.tui.launch.start import remember
from heartbit_tui.tui.setup import Wishes
from heartbit_tui.tui.theme.last import theme_file
from heartbit_tui.tui.theme.types import DEFAULT, Theme


def leave_for_next_start(options: Options, theme: Theme, wishes: Wishes) -> None:
    """Keep what the next first frame is painted with. A file that cannot be written is left alone."""
    remember(options.environment, _shades(theme, options.mode or wishes.mode))
    try:
        Path(theme_file(options.environment)).write_text(theme.name, "utf-8")
    except OSError:
        return


def _shades(theme: Theme, mode: str) -> shades.Shades:
    screen = {"background": "background", "text": "foreground", "muted": "muted", "sign": "primary"}
    colours = {name: theme.screen[key] for name, key in screen.items()}
    modes = {name: theme.modes[name].colour or DEFAULT for name in shades.MODES}
    return shades.Shades({**colours, **modes}, mode)
