"""The files of a project that can run something or widen what is allowed: what trust is about."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.config.files import PROJECT_FILES
from heartbit_tui.kernel.errors import ConfigError

WATCHED = (*PROJECT_FILES, ".mcp.json")
"""Single files: settings, with their hooks, servers and commands, and servers of tools."""

WATCHED_FOLDERS = (
    ".heartbit/agents",
    ".heartbit/commands",
    ".heartbit/hooks",
    ".heartbit/plugins",
    ".heartbit/skills",
    ".heartbit/tools",
    ".agents/skills",
    ".claude/agents",
    ".claude/commands",
    ".claude/skills",
)
"""Folders of which every file counts; a link counts by where it leads and by what is there."""


def contents(root: Path) -> Mapping[str, bytes]:
    """What is in each watched file that is there, by its path below `root`. Raises `ConfigError`."""
    return MappingProxyType({name: data for name in _names(root) if (data := _read(root / name)) is not None})


def fingerprint(root: Path) -> Mapping[str, str]:
    """The SHA-256 of each watched file that is there. Raises `ConfigError` for one that cannot be read."""
    return digests(contents(root))


def digests(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """The SHA-256 of each file."""
    return MappingProxyType({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def _names(root: Path) -> Iterator[str]:
    yield from WATCHED
    for folder in WATCHED_FOLDERS:
        for where, folders, names in os.walk(root / folder):
            linked = [name for name in folders if (Path(where) / name).is_symlink()]
            yield from sorted(os.path.relpath(Path(where) / name, root) for name in (*names, *linked))


def _read(path: Path) -> bytes | None:
    try:
        if path.is_symlink() and path.is_dir():
            return f"a link to {path.readlink()}".encode("utf-8", "surrogateescape")
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.", source=str(path)) from error
