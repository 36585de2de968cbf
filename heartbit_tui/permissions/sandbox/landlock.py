"""Sandboxes by Landlock and a filter of system calls, which the kernel of Linux has in itself."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from io import FileIO
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.permissions.sandbox import seccomp
from heartbit_tui.permissions.sandbox.types import Plan

NAME = "landlock"
LEAST_VERSION = 3
"""Before it a file that may not be written could be emptied all the same."""

LACKS = (
    "commands see other processes by name and share the machine's /tmp to read, the names of hidden files can be listed, "
    "mode and times of your files elsewhere can be changed, there is no terminal of its own and no network of its own, "
    "and what decides what runs is put back after a command instead of being locked"
)
LACKS_SIGNALS = ", and programs of yours outside can be signalled (Linux 6.12 ends that)"

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE, _MAKE = 0x30, 0x1580
"""Anything may be removed; folders, files, pipes and links may be made, devices and sockets not."""
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_TCP = 0b11
_SCOPES = 0b11
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
_OVERRIDE_MODES = 1 << 1
"""What of root's rights is kept (CAP_DAC_OVERRIDE): it gets nothing past Landlock."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SHARED_MEMORY = "/dev/shm"

Access: TypeAlias = Literal["list", "read", "change", "device"]
_RIGHTS: Mapping[Access, int] = MappingProxyType(
    {
        "list": _LIST,
        "read": _EXECUTE | _READ | _LIST,
        "change": _EXECUTE | _WRITE | _READ | _LIST | _REMOVE | _MAKE | _REFER | _TRUNCATE,
        "device": _READ | _WRITE | _TRUNCATE | _DEVICE_CONTROL,
    }
)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A file, or a folder with all below it, and what may be done there; `inode` tells it from a later one."""

    path: str
    inode: int
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """All that a command may do; what is not granted is refused."""

    version: int
    grants: tuple[Grant, ...]
    network: bool

    def run(self, start: Callable[[], Result]) -> Result:
        """What `start` gives in a thread that is restricted first; what it starts stays restricted.

        The thread ends with this call, so nothing else in this process is. Raises `OSError`.
        """
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._restricted, start).result()

    def _restricted(self, start: Callable[[], Result]) -> Result:
        from heartbit_tui.permissions.sandbox import syscalls

        machine = seccomp.MACHINES[os.uname().machine]
        with closing(FileIO(syscalls.ruleset(_attributes(self.version, network=self.network)))) as ruleset:
            for each in self.grants:
                self._grant(ruleset.fileno(), each)
            syscalls.gain_nothing()
            if os.geteuid() == 0:
                syscalls.keep_capabilities(_OVERRIDE_MODES)
            syscalls.restrict(ruleset.fileno())
        syscalls.filter_calls(seccomp.program(machine, network=self.network))
        return start()

    def _grant(self, ruleset: int, given: Grant) -> None:
        from heartbit_tui.permissions.sandbox import syscalls

        with suppress(OSError):  # what is gone or out of reach needs no right, and less is granted then, not more
            place = os.open(given.path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                rights = _RIGHTS[given.access] & _known(self.version)
                syscalls.grant(ruleset, place, rights if _is_folder(place) else rights & _OF_FILES)
            finally:
                os.close(place)


def restriction(version: int, plan: Plan, kept: Iterable[str]) -> Restriction:
    """What a plan comes to, with what exists now; `kept` is read and never changed, wherever it lies.

    A right given for a folder holds for all below it, so around what is hidden or kept each neighbour is granted by
    itself: what is made there later, beside them, is not in the plan.
    """
    hidden = frozenset(place.path for place in plan.places if place.access == "hidden")
    locked = hidden | {os.path.realpath(path) for path in kept}
    changed = (*(place.path for place in plan.places if place.access == "writable"), plan.temporary, SHARED_MEMORY)
    found = (
        *_granted(["/"], "list", frozenset()),
        *_granted(["/"], "read", hidden),
        *_granted(filter(None, changed), "change", locked),
        *_granted(DEVICES, "device", frozenset()),
    )
    return Restriction(version=version, grants=tuple(dict.fromkeys(found)), network=plan.network)


def lacks(version: int) -> str:
    """What this kind of sandbox does not do, in words."""
    return LACKS if version >= 6 else LACKS + LACKS_SIGNALS


def _granted(paths: Iterable[str], access: Access, without: frozenset[str]) -> Iterator[Grant]:
    for path in paths:
        with suppress(OSError):
            yield from _around(os.path.realpath(path), os.stat(path).st_ino, access, without)  # noqa: PTH116


def _around(path: str, inode: int, access: Access, without: frozenset[str]) -> Iterator[Grant]:
    if path in without:
        return
    if not any(each.startswith(f"{path.rstrip('/')}/") for each in without):
        yield Grant(path=path, inode=inode, access=access)
        return
    with suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if not entry.is_symlink():
                yield from _around(entry.path, entry.inode(), access, without)


def _known(version: int) -> int:
    """The rights on files that Landlock of this version knows."""
    return (1 << 13) - 1 | _REFER | _TRUNCATE | (_DEVICE_CONTROL if version >= 5 else 0)


def _attributes(version: int, *, network: bool) -> tuple[int, ...]:
    """What is restricted at all: files, TCP where the network is off, and sockets and signals that lead outside."""
    files, tcp = _known(version), 0 if network else _TCP
    if version < 4:
        return (files,)
    return (files, tcp) if version < 6 else (files, tcp, _SCOPES)


def _is_folder(place: int) -> bool:
    return os.stat(f"/proc/self/fd/{place}").st_mode & 0o170000 == 0o040000  # noqa: PTH116
