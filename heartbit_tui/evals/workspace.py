"""A folder of its own for each attempt, and the files in it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath

from heartbit_tui.evals.types import EvalCase

MADE_BY_RUNNING = frozenset({"__pycache__"})
"""Folders that running a program leaves behind, which are no part of a tree."""

PREFIX = "heartbit-eval-"
OUTSIDE = "“{path}” leads out of the folder; name a file in it, such as src/app.py"


@asynccontextmanager
async def workspace(case: EvalCase) -> AsyncGenerator[Path]:
    """A new folder with the files that the case begins with; it is gone when the block ends.

    Raises `OSError` where a file cannot be copied or written.
    """
    parent = await asyncio.to_thread(tempfile.mkdtemp, prefix=PREFIX)
    try:
        yield await asyncio.to_thread(_filled, case, Path(parent))
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, parent, ignore_errors=True))


def _filled(case: EvalCase, parent: Path) -> Path:
    folder = parent.resolve() / "project"
    if case.folder is not None:
        shutil.copytree(case.folder, folder, symlinks=True)
    folder.mkdir(exist_ok=True)
    write(folder, case.files)
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder, over whatever is there; nothing is written through a link that an agent made."""
    for path, text in files.items():
        target = folder
        *parents, name = PurePosixPath(path).parts
        for part in parents:
            target /= part
            if target.is_symlink() or target.is_file():
                target.unlink()
            target.mkdir(exist_ok=True)
        target /= name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        target.write_bytes(encoded(text))


def read(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their paths; a link counts as a file that holds where it leads."""
    found: dict[str, bytes] = {}
    for place, folders, names in os.walk(folder):
        linked = [name for name in folders if (Path(place) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in MADE_BY_RUNNING and name not in linked)
        for name in (*names, *linked):
            file = Path(place) / name
            path = file.relative_to(folder).as_posix()
            found[path] = os.fsencode(file.readlink()) if file.is_symlink() else _content(file)
    return found


def _content(file: Path) -> bytes:
    """What a regular file holds; a pipe or a device is not read."""
    return file.read_bytes() if file.is_file() else b""


def encoded(text: str) -> bytes:
    """The bytes that a text of a case stands for."""
    return text.encode("utf-8", "surrogateescape")


def fault_of(path: str) -> str:
    """Why a file of a case cannot have this path; empty where it can."""
    parts = PurePosixPath(path).parts
    wrong = not parts or path.startswith("/") or ".." in parts or "\0" in path or path.endswith("/")
    return OUTSIDE.format(path=path) if wrong else ""
