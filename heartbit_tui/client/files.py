"""The files of a project, for completing `@`: what .gitignore leaves out is left out."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.tools import ignore

MOST = 20_000
"""Files that are offered; a larger project shows those that were found first."""

DEEPEST = 12
SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})


class FileIndex:
    """Reads the project in a thread of its own, once, when it is first asked; until then it offers what it has."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: tuple[str, ...] = ()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Read the project anew, in the background."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._read, name="file index", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Return once the project is read."""
        if self._thread is not None:
            self._thread.join()

    def matching(self, text: str, limit: int = 50) -> list[str]:
        """The paths that `text` may mean: those whose name begins so, then those that hold it, shortest first."""
        wanted = text.lower()
        ranked = ((rank, path) for path in self._found if (rank := _rank(path, wanted)) is not None)
        return [path for _, path in sorted(ranked, key=lambda each: (each[0], len(each[1]), each[1]))[:limit]]

    def _read(self) -> None:
        found: list[str] = []
        for path in walk(self._root):
            found.append(path)
            if len(found) >= MOST:
                break
        self._found = tuple(found)


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


def _rank(path: str, wanted: str) -> int | None:
    lower = path.lower()
    if lower.startswith(wanted):
        return 0
    if lower.rpartition("/")[2].startswith(wanted):
        return 1
    return 2 if wanted in lower else None
