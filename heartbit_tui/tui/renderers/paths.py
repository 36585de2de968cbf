"""Paths on one line: without the working directory, and cut at their beginning where they are too long."""

from rich.cells import set_cell_size

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.scene import Scene


def near(path: str, scene: Scene) -> str:
    """A clean path, relative to the working directory where it is below it."""
    base = scene.cwd.rstrip("/")
    short = path.removeprefix(f"{base}/") if base else path
    return one_line(short or path, scene)


def cut_front(text: str, room: int) -> str:
    """The end of a clean text in `room` cells, with … where its beginning is left out."""
    if setting.cells(text) <= room:
        return text
    kept = text[-max(room - 1, 0) :] if room > 1 else ""
    while kept and setting.cells(kept) > room - 1:
        kept = kept[1:]
    return set_cell_size(f"…{kept}", max(room, 0)).rstrip()
