"""Which files a project has: as git tells it where it can, else by reading the folders."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from heartbit_tui.client import git
from heartbit_tui.tools import ignore

MOST = 200_000
"""Files that are offered; a larger project shows those that were found first."""

DEEPEST = 24
SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})

_PATIENCE = 20.0
"""Seconds that git may take; a project that it cannot list in this time is read by folders."""

_LISTING = ("ls-files", "-t", "-c", "-o", "-d", "--exclude-standard", "-z")


def paths(root: Path) -> list[str]:
    """Files and folders below `root`, relative to it; a folder ends with a slash. What .gitignore names is left out."""
    files = list(islice(_listed(root) or walk(root), MOST))
    return [*sorted(_folders(files)), *files]


def walk(root: Path) -> Iterator[str]:
    """The files below `root`, relative to it, that no .gitignore on the way leaves out."""
    base = Path(os.path.realpath(root))
    yield from _walk(base, "", ignore.scope_of(base, base).rules)


def _walk(root: Path, below: str, rules: ignore.Rules | None) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
    except OSError:
        return
    folders: list[str] = []
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        if rules is not None and rules.ignores(entry.path, is_folder=is_folder):
            continue
        if is_folder and entry.name not in SKIPPED:
            folders.append(f"{below}{entry.name}/")
        elif not is_folder and entry.is_file():
            yield f"{below}{entry.name}"
    for path in folders:
        if path.count("/") <= DEEPEST:
            yield from _walk(root, path, ignore.below(rules, root / path))


def _listed(root: Path) -> list[str]:
    """What git lists; nothing where there is no git, no repository, or no answer."""
    if not any(ignore.is_repository(folder) for folder in (root, *root.parents)):
        return []
    answer = git.ask(root, *_LISTING, seconds=_PATIENCE)
    if answer is None:
        return []
    return list(_files(root, os.fsdecode(answer).split("\0")))


def _files(root: Path, rows: list[str]) -> Iterator[str]:
    """The paths of rows such as `H src/a.py`: each once, those that are gone left out, inner repositories read."""
    gone = {row[2:] for row in rows if row.startswith("R ")}
    for path in dict.fromkeys(row[2:] for row in rows):
        if path.endswith("/"):
            yield from (f"{path}{inner}" for inner in walk(root / path))
        elif path and path not in gone:
            yield path


def _folders(files: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for path in files:
        at = path.rfind("/")
        while at > 0 and (folder := path[: at + 1]) not in folders:
            folders.add(folder)
            at = path.rfind("/", 0, at)
    return folders
