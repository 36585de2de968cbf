"""Which processes descend from a command, whatever they did to get away, and how they are ended.

On Linux a process belongs to a family when it is in the first process's session or group, carries its mark in the
environment, holds one of its pipes, or was started by such a process. Elsewhere only the process group is known.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

from heartbit_tui.kernel.dataclass import dataclass

_FEW = 64
_ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How the descendants of process `first`, the leader of its session, are recognised.

    `mark` is a `NAME=value` that stands in their environment, `pipes` the names that /proc gives to pipes which
    they alone inherit. `first` must not be reaped as long as the family is looked at.
    """

    first: int
    mark: bytes
    pipes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stat:
    parent: int
    group: int
    session: int
    dead: bool


def last_started() -> int:
    """The id that the system gave to a process or thread most recently; 0 where it does not tell."""
    try:
        return int(_content("/proc/loadavg").split()[-1])
    except (ValueError, IndexError):
        return 0


def living(family: Family, *, since: int = 0) -> frozenset[int]:
    """The members that are alive, the first one left out.

    `since` is what `last_started` said before any of them was started. Ids are given out in order, so that usually
    few or none have to be looked at; without it all processes are.
    """
    if since and not _any_among_new(family, since):
        return frozenset()
    stats = {pid: stat for pid in _running() if (stat := _stat(pid)) and not stat.dead}
    found = {pid for pid, stat in stats.items() if _belongs(family, pid, stat)}
    while offspring := {pid for pid, stat in stats.items() if stat.parent in found} - found:
        found |= offspring
    return frozenset(found - {family.first, os.getpid()})


def in_session(family: Family, pid: int) -> bool:
    """Whether this process is alive and in the session of the first one."""
    stat = _stat(pid)
    return stat is not None and not stat.dead and stat.session == family.first


def send(family: Family, kind: signal.Signals) -> None:
    """Signal the group and every member."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(family.first, kind)
    for pid in living(family):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, kind)


def kill(family: Family) -> None:
    """End every member at once, also those that are started meanwhile."""
    for _ in range(_ROUNDS):
        send(family, signal.SIGKILL)
        members = living(family)
        if not members:
            break
        _reap(members)


def _reap(members: Iterable[int]) -> None:
    """Where this process inherits orphans (it is process 1, or a subreaper), their remains are its to collect."""
    for pid in members:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _any_among_new(family: Family, since: int) -> bool:
    """Whether an id given out after `since` is a member's; also true where there are too many to look at each."""
    latest = last_started()
    if not since <= latest <= since + _FEW:
        return True
    new = ((pid, _stat(pid)) for pid in range(since + 1, latest + 1))
    return any(stat and not stat.dead and _belongs(family, pid, stat) for pid, stat in new)


def _running() -> Iterable[int]:
    with suppress(OSError), os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdecimal()]
    return ()


def _stat(pid: int) -> _Stat | None:
    fields = _content(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    if not fields:
        return None
    return _Stat(parent=int(fields[1]), group=int(fields[2]), session=int(fields[3]), dead=fields[0] in b"ZXx")


def _belongs(family: Family, pid: int, stat: _Stat) -> bool:
    return (
        family.first in (stat.session, stat.group, stat.parent)
        or family.mark in _content(f"/proc/{pid}/environ").split(b"\0")
        or (stat.session != os.getsid(0) and any(link in family.pipes for link in _open_files(f"/proc/{pid}/fd")))
    )


def _content(path: str) -> bytes:
    """What a small file of /proc says; nothing where the process is gone or not ours to see."""
    with suppress(OSError), open(path, "rb", buffering=0) as file:  # noqa: PTH123 - hundreds of these in one look
        return file.read()
    return b""


def _open_files(folder: str) -> Iterable[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        return [link for entry in entries if (link := _link(entry.path))]
    return ()


def _link(path: str) -> str:
    with suppress(OSError):
        return os.readlink(path)  # noqa: PTH115
    return ""
