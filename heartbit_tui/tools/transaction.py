"""Several files change together or not at all; each is the old one or the new one at any moment."""

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import Stamp, stamp_of, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one file: new bytes, or None to delete it.

    `stamp` is the file's when it was looked at, None where there was none; `mode` the permission bits that it
    gets, None for those that it has or that new files get.
    """

    path: Path
    data: bytes | None
    stamp: Stamp | None
    mode: int | None = None


@dataclass(slots=True, kw_only=True)
class _Step:
    change: Change
    target: Path
    staged: Path | None = None
    backup: Path | None = None
    done: bool = False


@dataclass(slots=True, kw_only=True)
class _Work:
    steps: list[_Step] = field(default_factory=list[_Step])
    folders: list[Path] = field(default_factory=list[Path])


def carry_out(changes: Sequence[Change]) -> None:
    """Make all changes, or none and raise `Unable` with the reason.

    Links are written through to the real file. New bytes go to a private temporary file beside the target,
    reach the disk, and then take its name.
    """
    work = _Work()
    current = changes[0].path if changes else Path()
    try:
        for change in changes:
            current = change.path
            _stage(work, change)
        for step in work.steps:
            current = step.change.path
            _swap(step, alone=len(work.steps) == 1)
    except OSError as problem:
        _undo(work)
        raise Unable(told(problem, current)) from problem
    except BaseException:
        _undo(work)
        raise
    _clean(work)
    _sync_folders(work)


def _stage(work: _Work, change: Change) -> None:
    step = _Step(change=change, target=Path(os.path.realpath(change.path)))
    work.steps.append(step)
    if change.data is None:
        return
    _make_folders(work, step.target.parent)
    step.staged = _beside(step.target)
    _write(step.staged, change.data, _owner(step), _mode(step))


def _make_folders(work: _Work, folder: Path) -> None:
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        work.folders.append(path)


def _beside(target: Path) -> Path:
    return target.with_name(f".heartbit-{secrets.token_hex(8)}.tmp")


def _owner(step: _Step) -> tuple[int, int] | None:
    with contextlib.suppress(FileNotFoundError):
        status = step.target.stat()
        return status.st_uid, status.st_gid
    return None


def _mode(step: _Step) -> int:
    if step.change.mode is not None:
        return step.change.mode
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(step.target.stat().st_mode)
    return 0o666 & ~_umask()


def _umask() -> int:
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o022


def _write(path: Path, data: bytes, owner: tuple[int, int] | None, mode: int) -> None:
    """Bring new bytes to the disk under a temporary name, which they get when they are whole.

    A process that is killed meanwhile leaves nothing behind where files can be written without a name.
    """
    descriptor, named = _nameless(path.parent), False
    if descriptor is None:
        descriptor, named = (
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600),
            True,
        )
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        if owner is not None and owner != (os.geteuid(), os.getegid()):
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), *owner)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
        if not named:
            _give_name(file.fileno(), path)


def _give_name(descriptor: int, path: Path) -> None:
    """Link a file without a name to `path`; only with a folder's descriptor does Python follow the link in /proc."""
    folder = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(str(descriptor), path, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _nameless(folder: Path) -> int | None:
    """A private file in this folder that has no name yet; None where the system or the file system has none."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        if problem.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
            return None
        raise


def _swap(step: _Step, *, alone: bool) -> None:
    _refuse_moved(step)
    if step.change.stamp is None:
        _create(step)
    elif step.change.data is None:
        step.backup = _beside(step.target)
        step.target.rename(step.backup)
    else:
        _replace(step, alone=alone)
    step.done = True


def _refuse_moved(step: _Step) -> None:
    try:
        now = stamp_of(step.target.stat())
    except (FileNotFoundError, NotADirectoryError):
        now = None
    if now != step.change.stamp:
        raise Unable(f"{step.change.path} was changed by something else just now. Nothing was written; read it again.")


def _create(step: _Step) -> None:
    assert step.staged is not None
    try:
        os.link(step.staged, step.target)
    except OSError as problem:
        if problem.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        step.staged.rename(step.target)


def _replace(step: _Step, *, alone: bool) -> None:
    assert step.staged is not None
    if not alone:
        step.backup = _beside(step.target)
        _link_or_copy(step.target, step.backup)
    step.staged.rename(step.target)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _undo(work: _Work) -> None:
    for step in reversed(work.steps):
        if step.done and step.backup is None and step.change.stamp is None:
            step.target.unlink(missing_ok=True)
        elif step.done and step.backup is not None:
            step.backup.rename(step.target)
            step.backup = None
    _clean(work)
    for folder in reversed(work.folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _clean(work: _Work) -> None:
    for step in work.steps:
        for left in (step.staged, step.backup):
            if left is not None:
                with contextlib.suppress(OSError):
                    left.unlink(missing_ok=True)


def _sync_folders(work: _Work) -> None:
    for folder in {step.target.parent for step in work.steps} | set(work.folders):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
