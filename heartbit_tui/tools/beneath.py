"""Opens what was judged: a path whose links were resolved before, without following any link now."""

import errno
import os
import stat
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache

_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC
HANDLE = getattr(os, "O_PATH", os.O_RDONLY) | _FOLDER
"""How a folder is opened that is only a place to start from; Linux asks for no right to read it."""

_OPENAT2 = 437
"""The number of the system call; one for all machines on which Linux has it."""
_HOW = struct.Struct("=QQQ")
"""`struct open_how` of openat2(2): flags, the mode of new files, and how to resolve."""
_NO_MAGIC_LINKS, _NO_LINKS, _BENEATH = 0x02, 0x04, 0x08
_TRIES = 32


def followed(path: str) -> str:
    """Where an absolute path leads, for `opened`; the path itself while a link on it changes as it is read."""
    try:
        return os.path.realpath(path)
    except OSError:
        return path


def opened(real: str, flags: int) -> int:
    """A descriptor of the file or folder at an absolute path whose links were all resolved.

    Where a link stands by now, at the end or on the way, `OSError` with `ELOOP` is raised instead. Flags that make
    files are for `os.open` with the folder's descriptor.
    """
    if not real.startswith("/"):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), real)
    return _at_once(real, flags) if _has_openat2() else _step_by_step(real, flags)


@contextmanager
def parent(real: str) -> Generator[tuple[int, str]]:
    """A handle on the folder of such a path, as it is now, and the name in it. Raises `OSError` as `opened` does."""
    folder, name = os.path.split(real)
    handle = opened(folder, HANDLE)
    try:
        yield handle, name or "."
    finally:
        os.close(handle)


def status(real: str) -> os.stat_result:
    """The status of what stands at such a path. Raises `OSError` as `opened` does, also for a link at its end."""
    with parent(real) as (folder, name):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), real)
    return found


def inner(folder: int, name: str, flags: int = HANDLE) -> int:
    """What stands in a folder that is open, unless that is a link. Raises `OSError`, with `ELOOP` for a link."""
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except NotADirectoryError:
        # A link that is opened as a folder is told as no folder at all.
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
        raise


def _at_once(real: str, flags: int) -> int:
    root = os.open("/", HANDLE)
    try:
        descriptor, tries = -errno.EAGAIN, 0
        while descriptor == -errno.EAGAIN and tries < _TRIES:
            descriptor, tries = _openat2(root, real.strip("/") or ".", flags), tries + 1
    finally:
        os.close(root)
    if descriptor < 0:
        raise OSError(-descriptor, os.strerror(-descriptor), real)
    return descriptor


def _step_by_step(real: str, flags: int) -> int:
    parts = [part for part in real.split("/") if part]
    descriptor = os.open("/", HANDLE if parts else flags | os.O_CLOEXEC)
    for number, part in enumerate(parts, 1):
        try:
            deeper = inner(descriptor, part, flags if number == len(parts) else HANDLE)
        finally:
            os.close(descriptor)
        descriptor = deeper
    return descriptor


@cache
def _has_openat2() -> bool:
    """Whether the system has the call and lets this process make it; a filter around a container may not."""
    if not hasattr(os, "O_PATH"):
        return False
    root = os.open("/", HANDLE)
    try:
        descriptor = _openat2(root, ".", HANDLE)
    finally:
        os.close(root)
    if descriptor < 0:
        return False
    os.close(descriptor)
    return True


def _openat2(root: int, path: str, flags: int) -> int:
    """The descriptor, or the negative number of what went wrong."""
    return _call()(root, os.fsencode(path), _HOW.pack(flags | os.O_CLOEXEC, 0, _NO_LINKS | _NO_MAGIC_LINKS | _BENEATH))


@cache
def _call() -> Callable[[int, bytes, bytes], int]:
    import ctypes  # takes longer than all else that a file tool loads, and who touches no file needs none of it

    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    call.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t)

    def openat2(root: int, path: bytes, how: bytes) -> int:
        descriptor: int = call(_OPENAT2, root, path, how, len(how))
        return descriptor if descriptor >= 0 else -ctypes.get_errno()

    return openat2
