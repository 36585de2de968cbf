"""The files of a workspace as they were last seen."""

import os
from collections.abc import Iterable, Iterator

from heartbit_tui.undo.types import Rules, State

IGNORED = State(kind="apart", content="ignored")


def parent(path: str) -> str:
    """The folder of an absolute path, without a slash at its end: empty for the top."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """What an absolute path is called in its folder."""
    return path.rpartition("/")[2]


class Known:
    """A name in a folder: what it was, and the status that it had then.

    `inner` is there for folders that are looked into. Where `sure` is not set, the status proves nothing.
    """

    __slots__ = ("changed", "inner", "inode", "mode", "modified", "size", "state", "sure")

    def __init__(self, state: State, found: os.stat_result | None = None, inner: "Folder | None" = None) -> None:
        self.state = state
        self.inner = inner
        self.sure = False
        self.changed = self.inode = self.mode = self.modified = self.size = 0
        if found is not None:
            self.stamp(found)

    def stamp(self, found: os.stat_result) -> None:
        """Note a status."""
        self.changed, self.modified = found.st_ctime_ns, found.st_mtime_ns
        self.inode, self.mode, self.size = found.st_ino, found.st_mode, found.st_size


class Folder:
    """What a folder holds; `rules` are those that hold in it, found where `above` and its own `marks` were these.

    `unruled` is set while its names were never compared with the rules: they come from an earlier process.
    """

    __slots__ = ("above", "known", "marks", "rules", "unruled")

    def __init__(self, known: dict[str, Known] | None = None) -> None:
        self.known: dict[str, Known] = {} if known is None else known
        self.rules: Rules | None = None
        self.above: Rules | None = None
        self.marks: tuple[int, ...] | None = None
        self.unruled = known is not None


class Index:
    """What was seen below some roots, absolute and with their links resolved; none is in another.

    `apart` are absolute paths that are never looked into. `whole` says whether all of it was seen at least once.
    """

    def __init__(self, roots: Iterable[str], apart: Iterable[str] = ()) -> None:
        self.roots = {root.rstrip("/"): Folder() for root in roots}
        self.apart = frozenset(apart)
        self.whole = False

    def state(self, path: str) -> State | None:
        """What a path was when it was last seen; None too where it is not looked at."""
        folder = self._folder(parent(path))
        known = folder.known.get(name_of(path)) if folder else None
        return known.state if known else None

    def holds(self, path: str) -> bool:
        """Whether a path that was noted is seen by the next scan: nothing that is apart stands above it or at it."""
        folder = self._folder(parent(path))
        if folder is None:
            return False
        known = folder.known.get(name_of(path))
        return known is None or known.state.kind != "apart"

    def note(self, path: str, state: State | None) -> None:
        """Take over what a path is now, so that the next scan does not tell it again."""
        folder, name = self._folder(parent(path)), name_of(path)
        if folder is None:
            return
        known = folder.known.get(name)
        if state is None:
            folder.known.pop(name, None)
        elif known is None or (known.inner is None) is (state.kind == "folder"):
            folder.known[name] = Known(state, inner=Folder() if state.kind == "folder" else None)
        else:
            known.state, known.sure = state, False

    def contents(self) -> Iterator[str]:
        """The digests of all contents that were kept of what is here now."""
        waiting = list(self.roots.values())
        while waiting:
            for known in waiting.pop().known.values():
                if known.inner is not None:
                    waiting.append(known.inner)
                elif known.state.kind == "file" and known.state.is_kept:
                    yield known.state.content

    def _folder(self, path: str) -> Folder | None:
        within = (root for root in self.roots if path == root or path.startswith(f"{root}/"))
        root = max(within, key=len, default=None)
        if root is None:
            return None
        folder: Folder | None = self.roots[root]
        for part in filter(None, path[len(root) :].split("/")):
            known = folder.known.get(part) if folder else None
            folder = known.inner if known else None
        return folder
