"""Several files change together or not at all; each is the old one or the new one at any moment."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools import beneath
from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import Stamp, stamp_of, told

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one file: new bytes, or None to delete it.

    `real` is where the path led when it was judged, or empty to look where it leads now. `stamp` is the file's when
    it was looked at, None where there was none; `mode` the permission bits that it gets, None for those that it has
    or that new files get.
    """

    path: Path
    data: bytes | None
    stamp: Stamp | None
    mode: int | None = None
    real: str = ""


@dataclass(slots=True, kw_only=True)
class _Step:
    """A change in a folder that stays open: all names here are names in it."""

    change: Change
    folder: int
    name: str
    staged: str = ""
    backup: str = ""
    done: bool = False


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is under way; `made` holds the folders that were made, each as the one that it is in and its name."""

    held: contextlib.ExitStack
    steps: list[_Step] = field(default_factory=list[_Step])
    made: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def keep(self, descriptor: int) -> int:
        self.held.callback(os.close, descriptor)
        return descriptor


def carry_out(changes: Sequence[Change]) -> None:
    """Make all changes, or none and raise `Unable` with the reason.

    Links are written through to the real file. New bytes go to a private temporary file beside the target,
    reach the disk, and then take its name. The folder is opened once, without following a link, and everything
    happens in it, so that a link that is put in its place leads nowhere.
    """
    with contextlib.ExitStack() as held:
        _carry_out(_Work(held=held), changes)


def _carry_out(work: _Work, changes: Sequence[Change]) -> None:
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
    folder, name = os.path.split(change.real or beneath.followed(str(change.path)))
    step = _Step(change=change, folder=_folder(work, folder, make=change.data is not None), name=name)
    work.steps.append(step)
    if change.data is None:
        return
    staged = _free_name()
    before = _status(step)
    _write(step, staged, _owner(before), _mode(change, before))


def _folder(work: _Work, real: str, *, make: bool) -> int:
    """The folder, and those on the way to it, made where they are missing."""
    missing: list[str] = []
    while True:
        try:
            handle = work.keep(beneath.opened(real, beneath.HANDLE))
            break
        except FileNotFoundError:
            if not make or real == "/":
                raise
            real, name = os.path.split(real)
            missing.append(name)
    for name in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=handle)
            work.made.append((handle, name))
        handle = work.keep(beneath.inner(handle, name))
    return handle


def _free_name() -> str:
    return f".heartbit-{secrets.token_hex(8)}.tmp"


def _status(step: _Step) -> os.stat_result | None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return os.stat(step.name, dir_fd=step.folder, follow_symlinks=False)
    return None


def _owner(before: os.stat_result | None) -> tuple[int, int] | None:
    return None if before is None else (before.st_uid, before.st_gid)


def _mode(change: Change, before: os.stat_result | None) -> int:
    if change.mode is not None:
        return change.mode
    return 0o666 & ~_umask() if before is None else stat.S_IMODE(before.st_mode)


def _umask() -> int:
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o022


def _write(step: _Step, name: str, owner: tuple[int, int] | None, mode: int) -> None:
    """Bring new bytes to the disk under a temporary name, which they get when they are whole.

    A process that is killed meanwhile leaves nothing behind where files can be written without a name.
    """
    descriptor, named = _nameless(step.folder), False
    if descriptor is None:
        descriptor, named = os.open(name, _NEW, 0o600, dir_fd=step.folder), True
        step.staged = name
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        view = memoryview(step.change.data or b"")
        while view:
            view = view[file.write(view) :]
        if owner is not None and owner != (os.geteuid(), os.getegid()):
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), *owner)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
        if not named:
            _give_name(file.fileno(), step.folder, name)
            step.staged = name


def _give_name(descriptor: int, folder: int, name: str) -> None:
    """Link a file without a name to `name`; only with a folder's descriptor does Python follow the link in /proc."""
    own = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(str(descriptor), name, src_dir_fd=own, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(own)


def _nameless(folder: int) -> int | None:
    """A private file in this folder that has no name yet; None where the system or the file system has none."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(".", os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except OSError as problem:
        if problem.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
            return None
        raise


def _swap(step: _Step, *, alone: bool) -> None:
    _refuse_moved(step)
    if step.change.stamp is None:
        _create(step)
    elif step.change.data is None:
        backup = _free_name()
        _rename(step, step.name, backup)
        step.backup = backup
    else:
        _replace(step, alone=alone)
    step.done = True


def _refuse_moved(step: _Step) -> None:
    found = _status(step)
    now = None if found is None else stamp_of(found)
    if now != step.change.stamp:
        raise Unable(f"{step.change.path} was changed by something else just now. Nothing was written; read it again.")


def _create(step: _Step) -> None:
    try:
        os.link(step.staged, step.name, src_dir_fd=step.folder, dst_dir_fd=step.folder, follow_symlinks=False)
    except OSError as problem:
        if problem.errno not in _NO_HARD_LINKS:
            raise
        _rename(step, step.staged, step.name)


def _replace(step: _Step, *, alone: bool) -> None:
    if not alone:
        step.backup = _free_name()
        _link_or_copy(step)
    _rename(step, step.staged, step.name)


def _rename(step: _Step, old: str, new: str) -> None:
    os.rename(old, new, src_dir_fd=step.folder, dst_dir_fd=step.folder)


def _link_or_copy(step: _Step) -> None:
    try:
        os.link(step.name, step.backup, src_dir_fd=step.folder, dst_dir_fd=step.folder, follow_symlinks=False)
    except OSError:
        _copy(step)


def _copy(step: _Step) -> None:
    """What a hard link would keep, where there are none: the bytes, the permission bits and the times."""
    with (
        os.fdopen(beneath.inner(step.folder, step.name, os.O_RDONLY | os.O_NONBLOCK), "rb") as source,
        os.fdopen(os.open(step.backup, _NEW, 0o600, dir_fd=step.folder), "wb") as target,
    ):
        before = os.fstat(source.fileno())
        while chunk := source.read(1 << 20):
            target.write(chunk)
        target.flush()
        os.fchmod(target.fileno(), stat.S_IMODE(before.st_mode))
        os.utime(target.fileno(), ns=(before.st_atime_ns, before.st_mtime_ns))


def _undo(work: _Work) -> None:
    for step in reversed(work.steps):
        if step.done and not step.backup and step.change.stamp is None:
            _unlink(step, step.name)
        elif step.done and step.backup:
            _rename(step, step.backup, step.name)
            step.backup = ""
    _clean(work)
    for folder, name in reversed(work.made):
        with contextlib.suppress(OSError):
            os.rmdir(name, dir_fd=folder)


def _clean(work: _Work) -> None:
    for step in work.steps:
        for left in filter(None, (step.staged, step.backup)):
            with contextlib.suppress(OSError):
                _unlink(step, left)


def _unlink(step: _Step, name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=step.folder)


def _sync_folders(work: _Work) -> None:
    known: set[tuple[int, int]] = set()
    for folder in (*(step.folder for step in work.steps), *(folder for folder, _ in work.made)):
        status = os.fstat(folder)
        if (status.st_dev, status.st_ino) in known:
            continue
        known.add((status.st_dev, status.st_ino))
        with contextlib.suppress(OSError):
            descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
