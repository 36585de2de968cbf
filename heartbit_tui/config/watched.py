"""The files of a project that can run something or widen what is allowed: what trust is about."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from heartbit_tui.config.files import PROJECT_FILES
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

WATCHED = (*PROJECT_FILES, ".mcp.json")
"""Single files: settings, with their hooks, servers and commands, and servers of tools."""

BEATING = "HEARTBEAT*.md"
"""Files in the root that are done again and again while nobody looks."""

HOOKS = ".heartbit/hooks"

NEARER = (".heartbit/commands", ".heartbit/skills", ".agents/skills", ".claude/commands", ".claude/skills")
"""Folders that also count where they lie between the root and where a person stands."""

WATCHED_FOLDERS = (HOOKS, ".heartbit/agents", ".heartbit/plugins", ".heartbit/tools", ".claude/agents", *NEARER)
"""Folders of which every file counts; a link counts by where it leads and by what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What counts beside the places of the root itself.

    `folders` are those between the root and where a person stands, as paths below the root. `commands` are the command
    lines of the person's own hooks: a script of the project that they name is the project's all the same.
    """

    folders: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


ALONE = Further()
"""A person who stands in the root, without hooks."""


def folders_between(root: Path, folder: Path) -> tuple[str, ...]:
    """The folders from below the root down to this one, as paths below the root; none for one that is elsewhere."""
    here = Path(os.path.realpath(folder))
    if not here.is_relative_to(root):
        return ()
    parts = here.relative_to(root).parts
    return tuple("/".join(parts[:number]) for number in range(1, len(parts) + 1))


def contents(root: Path, further: Further = ALONE) -> Mapping[str, bytes]:
    """What is in each watched file that is there, by its path below `root`. Raises `ConfigError`."""
    found = {name: data for name in _names(root, further.folders) if (data := _read(root / name)) is not None}
    scripts = {
        name: data for name in _scripts(root, found, further.commands) if (data := _read(root / name)) is not None
    }
    return MappingProxyType({**scripts, **found})


def fingerprint(root: Path, further: Further = ALONE) -> Mapping[str, str]:
    """The SHA-256 of each watched file that is there. Raises `ConfigError` for one that cannot be read."""
    return digests(contents(root, further))


def digests(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """The SHA-256 of each file."""
    return MappingProxyType({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def differing(known: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The files that are not as they are known. One that is known but gone counts where it lies in a watched place.

    A script in no such place counts as long as a hook names it, so one that is not looked at any more is no change.
    """
    return tuple(sorted(name for name in known.keys() | now.keys() if _differs(name, known, now)))


def nearer(names: Iterable[str]) -> tuple[str, ...]:
    """The folders below the root that have places of their own in which files of these names lie."""
    found = (name[: name.index(f"/{place}/")] for name in names for place in NEARER if f"/{place}/" in name)
    return tuple(dict.fromkeys(found))


def names_script(command: str, root: Path) -> bool:
    """Whether a command line names a file of the project that is run by it."""
    return bool(_named((command,), root))


def _differs(name: str, known: Mapping[str, str], now: Mapping[str, str]) -> bool:
    return known.get(name) != now.get(name) and (name in now or _has_place(name))


def _has_place(name: str) -> bool:
    if name in WATCHED or fnmatchcase(name, BEATING):
        return True
    return name.startswith(tuple(f"{each}/" for each in WATCHED_FOLDERS)) or bool(nearer((name,)))


def _names(root: Path, folders: Iterable[str]) -> Iterator[str]:
    yield from WATCHED
    yield from sorted(path.name for path in root.glob(BEATING))
    for place in (*WATCHED_FOLDERS, *(f"{folder}/{name}" for folder in folders for name in NEARER)):
        for where, inner, names in os.walk(root / place):
            linked = [name for name in inner if (Path(where) / name).is_symlink()]
            yield from sorted(os.path.relpath(Path(where) / name, root) for name in (*names, *linked))


def _scripts(root: Path, found: Mapping[str, bytes], own: tuple[str, ...]) -> tuple[str, ...]:
    """The files that the hooks of the project, and these command lines, name."""
    hooks = {name: data for name, data in found.items() if _has_hooks(name, data)}
    if not hooks:
        return _named(own, root)
    from heartbit_tui.config.hook_scripts import commands

    return _named((*commands(hooks), *own), root)


def _has_hooks(name: str, data: bytes) -> bool:
    is_one = PurePosixPath(name).parent == PurePosixPath(HOOKS) and name.endswith(".json")
    return is_one or (name in PROJECT_FILES and b"hooks" in data)


def _named(commands: tuple[str, ...], root: Path) -> tuple[str, ...]:
    if not commands:
        return ()
    from heartbit_tui.config.hook_scripts import scripts

    return scripts(commands, root)


def _read(path: Path) -> bytes | None:
    try:
        if path.is_symlink() and path.is_dir():
            return f"a link to {path.readlink()}".encode("utf-8", "surrogateescape")
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.", source=str(path)) from error
