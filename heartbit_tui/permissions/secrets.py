"""Whether a search through a folder would meet a file that may hold a secret."""

import os
from collections.abc import Iterator

from heartbit_tui.permissions.paths import Workspace

FOREIGN = frozenset({".git", "node_modules", "site-packages", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache"})
"""Folders of what was installed or made by programs; a person's secrets are not kept in them."""

MOST = 10_000
"""How many files and folders are looked at; where there are more, a secret may be among them."""


def meets_secret(path: str, workspace: Workspace, *, hidden: bool) -> bool:
    """Whether something below this folder may hold a secret by its name, as far as can be seen; blocks for some ms.

    Without `hidden` the search leaves out names that begin with a dot.
    """
    for number, entry in enumerate(_below(path, hidden=hidden)):
        if number >= MOST or workspace.secret(entry.path):
            return True
    return False


def _below(folder: str, *, hidden: bool) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder, the nearest first; what cannot be looked at holds nothing that can be searched."""
    waiting = [folder]
    while waiting:
        following: list[str] = []
        for each in waiting:
            for entry in _entries(each):
                if entry.name in FOREIGN or (entry.name.startswith(".") and not hidden):
                    continue
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    following.append(entry.path)
        waiting = following


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
