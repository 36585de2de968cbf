"""What undo knows of files: what a path is, how it changed, and what of it can be brought back."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Kind: TypeAlias = Literal["file", "folder", "link", "pipe", "other", "apart"]
"""`pipe` is a FIFO; `other` a socket or a device; `apart` is what is known to be there and is not looked into."""

Why: TypeAlias = Literal["large", "unreadable", "full"]
"""Why the content of a file is not kept: too large, not readable, or there is no room for more."""

UNKEPT = "~"
"""What the `content` of a file begins with that is not kept; then follow why, and what tells its states apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a path is.

    `content` is the digest of a file's content (or begins with `UNKEPT`), the target of a link, or says what an
    `other` or an `apart` is. `mode` has the permission bits of files, folders and pipes. `names` counts the names of
    a file; with more than one it is a hard link.
    """

    kind: Kind
    mode: int = 0
    content: str = ""
    size: int = 0
    names: int = 1

    def same(self, other: "State | None") -> bool:
        """Whether both look alike to whoever reads the path."""
        return (
            other is not None and self.kind == other.kind and self.mode == other.mode and self.content == other.content
        )

    @property
    def is_kept(self) -> bool:
        """Whether the path can be made like this again."""
        match self.kind:
            case "file":
                return not self.content.startswith(UNKEPT)
            case "folder" | "link" | "pipe":
                return True
            case _:
                return False


def alike(one: State | None, two: State | None) -> bool:
    """Whether two states are the same; None is a path where nothing is."""
    return two is None if one is None else one.same(two)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path that was `before` and is `after`; None is nothing there. The path is absolute, links resolved."""

    path: str
    before: State | None
    after: State | None


Changes: TypeAlias = tuple[Change, ...]


class Rules(Protocol):
    """What the ignore files from a folder upwards leave out."""

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path below the folder is left out, itself and not for a folder above it."""
        ...


class Ignoring(Protocol):
    """Where rules come from."""

    def above(self, root: Path) -> Rules | None:
        """The rules that hold in a root because of the folders above it."""
        ...

    def below(self, above: Rules | None, folder: Path) -> Rules | None:
        """The rules in a folder, given those of the folder that it is in."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is looked at and kept.

    Defaults: 200,000 paths (about a second on a slow disk), files of up to 16 MiB, and 512 MiB of one workspace.
    """

    paths: int = 200_000
    file: int = 16 * 1024 * 1024
    total: int = 512 * 1024 * 1024
    depth: int = 200


class TooMany(Exception):
    """A workspace has more paths than are looked at."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most:,} files and folders")
        self.most = most


class Stopped(Exception):
    """Somebody wants the work to end before it is done."""


Now: TypeAlias = Callable[[], int]
"""The time of day in nanoseconds, on the clock that stamps files."""
