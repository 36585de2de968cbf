"""Finds and reads configuration files."""

import os
from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.config.directories import Directories
from heartbit_tui.config.entry import File, Layer
from heartbit_tui.kernel.errors import ConfigError

PROJECT_FILES = ("heartbit.toml", ".heartbit/config.toml", ".heartbit/config.local.toml")
"""What a project may bring, the later ones winning over the earlier."""

_MOST_BYTES = 1_048_576


def project_root(folder: Path) -> Path:
    """The real path of the repository that holds the folder, else of the folder itself."""
    start = Path(os.path.realpath(folder))
    for candidate in (start, *start.parents):
        if (candidate / ".git").exists():
            return candidate
    return start


def find(places: Directories, root: Path, *, chosen: Path | None = None, bare: bool = False) -> tuple[File, ...]:
    """The user's file, the project's files and the one that `--config` chose, as far as they are there.

    `bare` leaves out the user's. Raises `ConfigError` for a file that cannot be read, and for a chosen one that is
    not there.
    """
    wanted = [] if bare else [(Layer.USER, places.settings_file)]
    wanted += [(Layer.PROJECT, root / name) for name in PROJECT_FILES]
    found = [*_present(wanted)]
    if chosen is not None:
        text = read(chosen)
        if text is None:
            raise ConfigError(f"{chosen}: there is no such file; --config needs one.", source=str(chosen))
        found.append(File(layer=Layer.FILE, name=str(chosen), text=text))
    return tuple(found)


def read(path: Path) -> str | None:
    """The text of a small regular file, or None where there is none. Raises `ConfigError`."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path}: more than {_MOST_BYTES} bytes are no configuration.", source=str(path))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: this is not UTF-8 text.", source=str(path)) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.", source=str(path)) from error


def _present(wanted: list[tuple[Layer, Path]]) -> Iterator[File]:
    for layer, path in wanted:
        text = read(path)
        if text is not None:
            yield File(layer=layer, name=str(path), text=text)
