"""The system calls that are refused to what Landlock restricts, as a program for the kernel's filter."""

import errno
import struct
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_X32 = 0x40000000
"""From here on x86_64 counts the calls of its programs with short pointers."""

_NAMESPACES = 0x7E020000
_NEW_TIME = 0x80
_UNIX, _INTERNET, _INTERNET_6, _NETLINK = 1, 2, 10, 16
_DATAGRAMS, _TYPE = 2, 0xF
_TYPED_FOR_OTHERS = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX, which type into a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A kind of processor: what the kernel calls it, and whether it counts calls for short pointers apart."""

    audit: int
    column: int
    has_x32: bool = False


MACHINES: Mapping[str, Machine] = MappingProxyType(
    {
        "x86_64": Machine(audit=0xC000003E, column=0, has_x32=True),
        "aarch64": Machine(audit=0xC00000B7, column=1),
    }
)

NUMBERS: Mapping[str, tuple[int | None, int | None]] = MappingProxyType(
    {
        "socket": (41, 198),
        "socketpair": (53, 199),
        "clone": (56, 220),
        "clone3": (435, 435),
        "unshare": (272, 97),
        "ioctl": (16, 29),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "process_madvise": (440, 440),
        "pidfd_getfd": (438, 438),
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "open_tree": (428, 428),
        "move_mount": (429, 429),
        "fsopen": (430, 430),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fspick": (433, 433),
        "mount_setattr": (442, 442),
        "setns": (308, 268),
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
        "acct": (163, 89),
        "swapon": (167, 224),
        "swapoff": (168, 225),
        "reboot": (169, 142),
        "settimeofday": (164, 170),
        "clock_settime": (227, 112),
        "clock_adjtime": (305, 266),
        "adjtimex": (159, 171),
        "sethostname": (170, 161),
        "setdomainname": (171, 162),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "iopl": (172, None),
        "ioperm": (173, None),
        "syslog": (103, 116),
        "open_by_handle_at": (304, 265),
        "fanotify_init": (300, 262),
        "vhangup": (153, 58),
        "setxattr": (188, 5),
        "lsetxattr": (189, 6),
        "fsetxattr": (190, 7),
        "removexattr": (197, 14),
        "lremovexattr": (198, 15),
        "fremovexattr": (199, 16),
    }
)
"""The numbers of the calls that are looked at, on x86_64 and aarch64, from the kernel's own tables."""

LOOKED_INTO = frozenset({"socket", "socketpair", "clone", "clone3", "unshare", "ioctl"})
"""Calls that are refused only with some arguments."""

_NO_SUCH = frozenset({"setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"})
"""Programs that copy files go on where these are not supported."""


def program(machine: Machine, *, network: bool) -> bytes:
    """The filter for this kind of processor: instructions of eight bytes each.

    Sockets of the system are refused with the network on as well: they lead to services that run programs for whoever
    asks. What is refused fails with EPERM, as it does where a right is missing.
    """
    return b"".join(_instructions(machine, network=network))


def _instructions(machine: Machine, *, network: bool) -> Iterator[bytes]:
    yield _at(_ARCHITECTURE)
    yield _jump(_EQUAL, machine.audit, 1, 0)
    yield _refuse(errno.EPERM)
    yield _at(_NUMBER)
    if machine.has_x32:
        yield from (_jump(_AT_LEAST, _X32, 0, 1), _refuse(errno.ENOSYS))
    for name, inner in _looks(network=network):
        yield from _when(machine, name, inner)
    for name in NUMBERS:
        if name not in LOOKED_INTO:
            yield from _when(machine, name, [_refuse(errno.EOPNOTSUPP if name in _NO_SUCH else errno.EPERM)])
    yield _allow()


def _looks(*, network: bool) -> Iterator[tuple[str, Sequence[bytes]]]:
    """What is looked at of the arguments of a call; each sequence ends with an answer."""
    families = (_INTERNET, _INTERNET_6, _NETLINK) if network else ()
    yield "socket", [_argument(0), *(each for family in families for each in _allowed(family)), _refuse(errno.EPERM)]
    yield (
        "socketpair",
        [
            _argument(0),
            *(_jump(_EQUAL, _UNIX, 1, 0), _refuse(errno.EPERM)),
            _argument(1),
            _code(_AND, _TYPE),
            *(_jump(_EQUAL, _DATAGRAMS, 0, 1), _refuse(errno.EPERM)),  # one of a pair can be sent to any address
            _allow(),
        ],
    )
    yield "clone", [_argument(0), _jump(_ANY_BIT, _NAMESPACES, 0, 1), _refuse(errno.EPERM), _allow()]
    yield "clone3", [_refuse(errno.ENOSYS)]  # its flags lie in memory; who is told that it is missing uses clone
    yield "unshare", [_argument(0), _jump(_ANY_BIT, _NAMESPACES | _NEW_TIME, 0, 1), _refuse(errno.EPERM), _allow()]
    typed = (each for request in _TYPED_FOR_OTHERS for each in (_jump(_EQUAL, request, 0, 1), _refuse(errno.EPERM)))
    yield "ioctl", [_argument(1), *typed, _allow()]


def _when(machine: Machine, name: str, inner: Sequence[bytes]) -> Iterator[bytes]:
    number = NUMBERS[name][machine.column]
    if number is not None:
        yield _jump(_EQUAL, number, 0, len(inner))
        yield from inner


def _allowed(value: int) -> tuple[bytes, bytes]:
    return _jump(_EQUAL, value, 0, 1), _allow()


def _at(offset: int) -> bytes:
    return _code(_LOAD, offset)


def _argument(index: int) -> bytes:
    """The lower half of an argument, on machines that keep it first."""
    return _at(_ARGUMENTS + 8 * index)


def _allow() -> bytes:
    return _code(_RETURN, _ALLOW)


def _refuse(error: int) -> bytes:
    return _code(_RETURN, _REFUSE | error)


def _code(code: int, value: int) -> bytes:
    return _jump(code, value, 0, 0)


def _jump(code: int, value: int, yes: int, no: int) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
