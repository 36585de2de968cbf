"""What a sandbox is made of, and what became of the wish for one."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Access: TypeAlias = Literal["writable", "readable", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What stands at a path; `identity` tells it from another thing that stands there later."""

    is_folder: bool
    identity: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One path of the sandbox, and what really stands there."""

    path: str
    source: str
    access: Access
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a sandbox is planned from; all paths are absolute, and none has to exist.

    `roots` may be changed, `guarded` never, `hidden` not even be read. `needed` are read although they may lie in a
    folder that the sandbox has its own of. `temporary` becomes its /tmp.
    """

    roots: tuple[str, ...]
    guarded: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    temporary: str = ""
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole sandbox: everything is readable but for its `places`, each of which counts for all below it."""

    places: tuple[Place, ...]
    temporary: str
    network: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubblewrap:
    """Each command is started by this program."""

    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landlock:
    """Each command is started by a thread that was restricted; `version` is what the kernel says of its Landlock."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seatbelt:
    """Each command is started by the program of macOS that takes a profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Commands are sandboxed in this way; `lacks` says what it does not do, in words, empty where nothing is known."""

    name: str
    mechanism: Bubblewrap | Landlock | Seatbelt
    lacks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Commands are not sandboxed; `reason` is empty where that is what the settings say."""

    reason: str = ""


Found: TypeAlias = Active | Absent
