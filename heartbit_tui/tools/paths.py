"""From the paths that a model writes to the paths that are touched, and back to what it is shown."""

import os
from collections.abc import Mapping
from pathlib import Path

from heartbit_tui.tools import beneath


def absolute(root: Path, given: str) -> Path:
    """The absolute path for `given`, relative ones from `root`; `.` and `..` are resolved by name alone.

    What the gate looked at and what a tool opens is the same string, whatever links lie on the way.
    """
    expanded = Path(given).expanduser() if given in ("~",) or given.startswith("~/") else Path(given)
    return Path(os.path.normpath(root / expanded))


def led(places: Mapping[str, str], path: Path) -> str:
    """Where a path led when it was judged, or leads now if nobody judged it; what is opened is that place."""
    return places.get(str(path)) or beneath.followed(str(path))


def shown(root: Path, path: Path) -> str:
    """How a path is written to the model: relative to `root` where it lies inside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def path_objection(given: str) -> str:
    """Why no file can have this path; empty where one could."""
    if not given.strip():
        return "The path is empty. Name a file or a folder."
    if "\0" in given:
        return "The path holds a NUL character, which no file system allows. Write the path without it."
    return ""
