"""The files of plans: written beneath a folder without following links, read as they are now. Everything here blocks."""

import os
import stat
from contextlib import ExitStack, suppress
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError

LARGEST = 256 * 1024
"""Bytes of a plan; a larger file is none."""

MOST = 1_000
"""Plans with the same name of the same day."""

FILE, FOLDER = 0o644, 0o755
GONE = "The plan {path} cannot be read: {why}."
LINKED = "a link stands in its place"
LARGE = "it has more than {most:,} bytes"
EMPTY = "nothing is in it"
FULL = "There are {most} plans with the name {name} in {folder} already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A plan that was written: where, absolute, and with which text."""

    path: Path
    text: str


def keep(base: Path, below: tuple[str, ...], name: str, text: str) -> Kept:
    """Write a plan into a new file in the folder `below` a base that is there. Raises `OSError`.

    The folders on the way are made where they are missing; a link among them is an error, not a way.
    """
    with ExitStack() as handles:
        folder = _opened(base, None, handles)
        for part in below:
            with suppress(FileExistsError):
                os.mkdir(part, FOLDER, dir_fd=folder)
            folder = _opened(part, folder, handles)
        for number in range(1, MOST):
            file = f"{name}.md" if number == 1 else f"{name}-{number}.md"
            if _written(folder, file, text):
                return Kept(path=base.joinpath(*below, file), text=text)
    raise OSError(FULL.format(most=MOST, name=name, folder=base.joinpath(*below)))


def replace(kept: Kept, text: str) -> Kept | None:
    """Write another text into the file of a plan; None, and nothing done, where it is not as it was written."""
    try:
        if read(kept.path) != kept.text:
            return None
        handle = os.open(kept.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (HeartbitError, OSError):
        return None
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
        file.truncate(0)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Kept(path=kept.path, text=text)


def read(path: Path) -> str:
    """The plan as it is now. Raises `HeartbitError` that says why it is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = LINKED if path.is_symlink() else (error.strerror or str(error))
        raise HeartbitError(GONE.format(path=path, why=why)) from error
    with os.fdopen(handle, "rb") as file:
        if os.path.realpath(path) != str(path):
            raise HeartbitError(GONE.format(path=path, why=LINKED))
        data = file.read(LARGEST + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    if len(data) > LARGEST:
        raise HeartbitError(GONE.format(path=path, why=LARGE.format(most=LARGEST)))
    text = data.decode("utf-8", "replace")
    if not text.strip():
        raise HeartbitError(GONE.format(path=path, why=EMPTY))
    return text


def _opened(folder: str | Path, inside: int | None, handles: ExitStack) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if inside is None else os.O_NOFOLLOW)
    handle = os.open(folder, flags, dir_fd=inside)
    handles.callback(os.close, handle)
    return handle


def _written(folder: int, name: str, text: str) -> bool:
    """Write a file that was not there, durably; False where there is one."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(name, flags, FILE, dir_fd=folder)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.fsync(folder)
    return True
