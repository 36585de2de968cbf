"""Opens the screen of this process with its first frame, or says why there is none."""

import os
from collections.abc import Mapping

from heartbit_tui.tui.launch import colour, shades
from heartbit_tui.tui.launch.frame import LEAST_COLUMNS, LEAST_ROWS, Frame
from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.launch.shades import Shades
from heartbit_tui.tui.launch.tty import Tty

PLAIN = "Line by line works everywhere: heartbit chat --plain"


class NoScreen(Exception):
    """This terminal can show no screen; the message says why, and what to do instead."""


def launch(environment: Mapping[str, str], *, place: str = "", mode: str = "") -> Launched:
    """Paint the first frame and listen to the keys. Raises `NoScreen`.

    `place` is the directory in the footer, the current one without; `mode` the word in the draft's border, without it
    the one that was there at the end of the last start.
    """
    if environment.get("TERM", "") in ("", "dumb", "unknown"):
        raise NoScreen(f"This terminal cannot move its cursor (TERM={environment.get('TERM', '')}). {PLAIN}")
    tty = Tty()
    columns, rows = tty.size
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        wanted = f"the screen needs {LEAST_COLUMNS} and {LEAST_ROWS}"
        raise NoScreen(f"This terminal has {columns} columns and {rows} rows; {wanted}. {PLAIN}")
    colours, shown, full = _shades(environment, mode), _place(environment, place), colour.is_full(environment)
    launched = Launched(tty, lambda size: Frame(size, colours, shown, full=full))
    launched.begin()
    return launched


def remember(environment: Mapping[str, str], shown: Shades) -> None:
    """Keep what the next start paints with. A file that cannot be written is left alone."""
    file = shades.file_in(environment)
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - pathlib takes as long as painting
        with open(file, "w", encoding="ascii") as kept:  # noqa: PTH123 - as above
            kept.write(shades.written(shown))
    except OSError:
        return


def _shades(environment: Mapping[str, str], mode: str) -> Shades:
    kept = _kept(shades.file_in(environment)) or shades.standard()
    if colour.is_poor(environment):
        return shades.bare(mode or kept.mode)
    return Shades(kept.colours, mode or kept.mode)


def _kept(file: str) -> Shades | None:
    try:
        with open(file, encoding="ascii") as kept:  # noqa: PTH123 - pathlib takes as long as painting
            return shades.read(kept.read(1024))
    except (OSError, ValueError):
        return None


def _place(environment: Mapping[str, str], place: str) -> str:
    try:
        here = os.path.abspath(place or ".")  # noqa: PTH100 - as above
    except OSError:  # the directory is gone, which is told later
        return place
    home = environment.get("HOME", "").rstrip("/")
    return f"~{here[len(home) :]}" if home and f"{here}/".startswith(f"{home}/") else here
