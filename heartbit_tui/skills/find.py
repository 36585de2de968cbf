"""Looks for the files of skills and commands, never further than a stranger's folder may take it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.types import Place

SKILL = "SKILL.md"
DEPTH = 4
FOLDERS = 2_000
"""How deep and at how many folders is looked; the specification's advice for clients."""

MOST = 256 * 1024
"""Bytes of one file that are read."""

PASSED_OVER = frozenset({".git", "node_modules"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file that changed is known without being read."""

    device: int
    inode: int
    size: int
    modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file held when it was read."""

    data: bytes
    cut: bool = False

    @property
    def text(self) -> str:
        """It as text; what is no UTF-8 shows as such."""
        return self.data.decode("utf-8-sig", "replace")


def files(place: Place) -> Iterator[Path]:
    """The files in a place, in the order of their names; none where the folder is not there or may not be read."""
    budget = [FOLDERS]
    yield from (
        _skills(place.folder, DEPTH, budget) if place.kind == "skills" else _commands(place.folder, DEPTH, budget)
    )


def inside(folder: Path, most: int = 100) -> tuple[str, ...]:
    """The other files in a skill's folder, relative to it."""
    found: list[str] = []
    budget = [FOLDERS // 10]
    for path in _all(folder, DEPTH, budget):
        name = str(path.relative_to(folder))
        if name.casefold() != SKILL.casefold():
            found.append(name)
        if len(found) >= most:
            break
    return tuple(found)


def stamp(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def contents(path: Path) -> Contents:
    """What a file holds, `MOST` bytes of it. Raises `OSError`; what is no plain file is not opened to be waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no plain file")
        data = file.read(MOST + 1)
    return Contents(data=data[:MOST], cut=len(data) > MOST)


def _skills(folder: Path, depth: int, budget: list[int]) -> Iterator[Path]:
    for entry in _entries(folder, budget):
        if not _is_folder(entry):
            continue
        path = Path(entry.path)
        own = _skill_file(path)
        if own is not None:
            yield own
        elif depth > 1:
            yield from _skills(path, depth - 1, budget)


def _skill_file(folder: Path) -> Path | None:
    """The file of a skill's folder; also one whose name is written in other letters, where nothing else is there."""
    exact = folder / SKILL
    if exact.is_file():
        return exact
    try:
        with os.scandir(folder) as found:
            names = sorted(each.name for each in found if each.name.casefold() == SKILL.casefold())
    except OSError:
        return None
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _commands(folder: Path, depth: int, budget: list[int]) -> Iterator[Path]:
    for path in _all(folder, depth, budget):
        if path.suffix == ".md" and path.name.casefold() != "readme.md":
            yield path


def _all(folder: Path, depth: int, budget: list[int]) -> Iterator[Path]:
    for entry in _entries(folder, budget):
        if _is_folder(entry):
            if depth > 1:
                yield from _all(Path(entry.path), depth - 1, budget)
        elif not entry.name.startswith("."):
            yield Path(entry.path)


def _entries(folder: Path, budget: list[int]) -> list[os.DirEntry[str]]:
    budget[0] -= 1
    if budget[0] < 0:
        return []
    try:
        with os.scandir(folder) as found:
            return sorted((each for each in found if each.name not in PASSED_OVER), key=lambda each: each.name)
    except (OSError, ValueError):
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
