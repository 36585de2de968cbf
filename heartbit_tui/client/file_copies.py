"""Files and folders put in place whole: what is there stays as it is, and a power cut leaves nothing half."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from heartbit_tui.config.locked import LockedFile, replaced
from heartbit_tui.kernel.errors import ConfigError

MOST_FILES = 500
MOST_BYTES = 20_000_000
OUTSIDE = "{path} leads out of the project, so it is not written to."
MEANWHILE = "{path} was changed meanwhile, so nothing was written to it. Start again to see the plan as it is now."
LINKS = "it has links in it ({name}); copy it by hand."
LARGE = "it has more than {files} files or {bytes:,} bytes; copy it by hand."
HIDES = "{name} holds what looks like a key or a password, which is not copied."
BROKEN = "{path} is not valid JSON, so nothing was changed: {error}."


def read(path: Path, project: Path | None) -> str:
    """The text of a file that is to be changed; empty for none. Raises `ConfigError`, also for one that leads outside."""
    if project is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(project)):
        raise ConfigError(OUTSIDE.format(path=path), source=str(path))
    return LockedFile(path).read()


def replace(path: Path, before: str, text: str, project: Path | None) -> None:
    """Put this text in the place of what was there before, in one step; a person's own file is private.

    Raises `ConfigError`, also where something else was written there meanwhile.
    """

    def change(there: str) -> str:
        if there != before:
            raise ConfigError(MEANWHILE.format(path=path), source=str(path))
        return text

    if before == text:
        return
    if project is None:
        LockedFile(path).update(change)
        return
    change(read(path, project))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _into(Path(os.path.realpath(path)), text)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}.", source=str(path)) from error


def _into(path: Path, text: str) -> None:
    replaced(path, text, path.stat().st_mode & 0o777 if path.exists() else 0o644)


def ignored(path: Path, project: Path | None) -> None:
    """Keep a file of the project out of what is shared, where its folder says nothing of that yet."""
    listing = path.with_name(".gitignore")
    if project is not None and not listing.exists():
        replace(listing, "", f"{path.name}\n", project)


def as_json(document: object) -> str:
    """A document as a file has it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def json_of(text: str) -> dict[str, Any]:
    """The object of a JSON file; empty for none. Raises `ConfigError`."""
    try:
        found: object = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise ConfigError(BROKEN.format(path=".mcp.json", error=error)) from error
    return cast("dict[str, Any]", found) if isinstance(found, Mapping) else {}


def fault_of(folder: Path, secret: Callable[[str], bool]) -> str:
    """Why a folder is not copied; empty where it can be."""
    size = 0
    try:
        for number, path in enumerate(_below(folder), 1):
            if path.is_symlink() or not path.is_file():
                return LINKS.format(name=path.name)
            size += path.stat().st_size
            if number > MOST_FILES or size > MOST_BYTES:
                return LARGE.format(files=MOST_FILES, bytes=MOST_BYTES)
            if secret(path.read_bytes().decode("utf-8", "replace")):
                return HIDES.format(name=path.name)
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}."
    return ""


def copy(folder: Path, to: Path, secret: Callable[[str], bool]) -> str:
    """Copy a folder whole, or not at all; why not, empty where it was. Raises `ConfigError`."""
    if fault := fault_of(folder, secret):
        return fault
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=to.parent) as place:
            copied = Path(place) / to.name
            shutil.copytree(folder, copied, symlinks=True)
            copied.rename(to)
    except OSError as error:
        raise ConfigError(f"{to}: {error.strerror or error}.", source=str(to)) from error
    return ""


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    try:
        return _contents(one) == _contents(other)
    except OSError:
        return False


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in _below(folder) if path.is_file()}


def _below(folder: Path) -> Iterator[Path]:
    """All that is in a folder but folders, without following links."""
    for place, folders, files in os.walk(folder):
        for name in sorted(files):
            yield Path(place, name)
        for name in folders:
            if Path(place, name).is_symlink():
                yield Path(place, name)
