"""What is watched of a project beside what lies in its root: on the way to where a person stands, and by the person's hooks."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from heartbit_tui.config import Directories
from heartbit_tui.config.files import project_root
from heartbit_tui.config.watched import Further, folders_between
from heartbit_tui.runtime import plugins

COMMANDS = "heartbit_tui.config.hook_scripts:commands"


def further(folder: Path, places: Directories, chosen: Path | None = None) -> Further:
    """For somebody who works in this folder; `chosen` is a file of settings that counts beside the person's own.

    What cannot be read here is told of by who reads it as settings.
    """
    files = dict(_with_hooks(places, chosen))
    commands = cast("tuple[str, ...]", plugins.resolve(COMMANDS)(files)) if files else ()
    return Further(folders=folders_between(project_root(folder), folder), commands=commands)


def _with_hooks(places: Directories, chosen: Path | None) -> Iterator[tuple[str, bytes]]:
    """The person's files that may have hooks in them."""
    for path in (places.settings_file, *((chosen,) if chosen else ())):
        data = _read(path)
        if b"hooks" in data:
            yield f"{path}.toml", data
    for path in sorted((places.config / "hooks").glob("*.json")):
        yield str(path), _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""
