"""The files below a folder, in the order of their paths, without hidden and ignored ones."""

import os
import stat
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools import beneath
from heartbit_tui.tools.ignore import Rules, Scope, below

MOST_FILES = 200_000
"""How many files are looked at; a tree with more than that needs a narrower search."""

FOLDER_ENTRIES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a folder holds: a name, and the absolute path; links are neither folder nor file."""

    name: str
    path: str
    is_folder: bool
    is_file: bool


def entries(folder: str, rules: Rules | None) -> list[Entry]:
    """The entries of a folder by name, without hidden and ignored ones; empty for one that cannot be read.

    No part of the folder's path may be a link; one that has become a link since is not followed.
    """
    try:
        handle = beneath.opened(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return []
    above = folder.rstrip("/")
    try:
        with os.scandir(handle) as found:
            seen = [_entry(entry, above) for entry in islice(found, FOLDER_ENTRIES) if not entry.name.startswith(".")]
    except OSError:
        return []
    finally:
        os.close(handle)
    kept = (entry for entry in seen if rules is None or not rules.ignores(entry.path, is_folder=entry.is_folder))
    return sorted(kept, key=lambda entry: entry.name)


def _entry(entry: os.DirEntry[str], above: str) -> Entry:
    try:
        is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
    except OSError:
        is_folder = is_file = False
    return Entry(name=entry.name, path=f"{above}/{entry.name}", is_folder=is_folder, is_file=is_file)


def walk(scope: Scope, stop: threading.Event) -> Iterator[str]:
    """The absolute paths of all regular files, sorted; links are not followed, so there are no circles."""
    waiting = [iter(entries(str(scope.base), scope.rules))]
    rules = [scope.rules]
    while waiting and not stop.is_set():
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
            rules.pop()
        elif entry.is_file:
            yield entry.path
        elif entry.is_folder:
            inner = below(rules[-1], Path(entry.path))
            waiting.append(iter(entries(entry.path, inner)))
            rules.append(inner)


def kind_of(real: str) -> str:
    """`folder`, `file`, `other`, or empty where there is nothing, or a link by now, at a path whose links were resolved."""
    try:
        mode = beneath.status(real).st_mode
    except OSError:
        return ""
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"
