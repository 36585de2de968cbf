"""What of a workspace has changed since it was last seen."""

import os
import stat
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.index import IGNORED, Folder, Index, Known
from heartbit_tui.undo.looking import FOLDER, GIT, Looker, names_in, reached
from heartbit_tui.undo.types import Bounds, Change, Changes, Ignoring, Now, Rules, State, Stopped, TooMany, alike

IGNORE_FILE = ".gitignore"
FRESH = 50_000_000
"""Nanoseconds within which a file may change twice and bear the same times; it is read again until they are over."""

DEEP = State(kind="apart", content="deep")
MOUNT = State(kind="apart", content="mount")
OURS = State(kind="apart", content="heartbit")


def scan(
    index: Index,
    looker: Looker,
    ignoring: Ignoring,
    bounds: Bounds,
    stop: threading.Event,
    now: Now = time.time_ns,
) -> Changes:
    """What has changed since the last scan, folders before what is in them; the index then knows it.

    A file whose size, times, inode and mode are what they were is not read again. Blocks: call it in a thread, one at
    a time. Raises `TooMany`, and `Stopped` once `stop` is set; the index then knows a part.
    """
    walk = _Walk(index, looker, ignoring, bounds, stop, now() - FRESH)
    for root, folder in index.roots.items():
        walk.root(root, folder)
    index.whole = True
    return merged(walk.changes)


def merged(changes: Iterable[Change]) -> Changes:
    """One change for each path, out of several in the order in which they were seen."""
    found: dict[str, Change] = {}
    for change in changes:
        known = found.pop(change.path, None)
        found[change.path] = replace(change, before=known.before) if known else change
    return tuple(each for each in found.values() if not alike(each.before, each.after))


@dataclass(frozen=True, slots=True)
class _Here:
    """A folder that is being looked at; what is found in one that is `quiet` is no change."""

    handle: int
    path: str
    folder: Folder
    above: Rules | None
    depth: int
    quiet: bool


class _Glance:
    """What one look into a folder shows: names that are new, that are others now, and folders."""

    __slots__ = ("deeper", "fresh", "seen", "stale")

    def __init__(self) -> None:
        self.seen = 0
        self.fresh: list[str] = []
        self.stale: list[tuple[str, Known, os.stat_result]] = []
        self.deeper: list[tuple[str, Known]] = []


class _Walk:
    def __init__(
        self, index: Index, looker: Looker, ignoring: Ignoring, bounds: Bounds, stop: threading.Event, sure_before: int
    ) -> None:
        self._index = index
        self._looker = looker
        self._ignoring = ignoring
        self._bounds = bounds
        self._stop = stop
        self._sure_before = sure_before
        self._paths = 0
        self._device = 0
        self.changes: list[Change] = []

    def root(self, root: str, folder: Folder) -> None:
        """Look at a root; one that is not there any more has lost all that it had."""
        try:
            with reached(root or "/", FOLDER) as handle:
                self._device = os.fstat(handle.number).st_dev
                above = self._ignoring.above(Path(root or "/"))
                self._folder(_Here(handle.number, root, folder, above, 0, not self._index.whole))
        except (FileNotFoundError, NotADirectoryError):
            self._gone(root, folder)

    def _folder(self, here: _Here) -> None:
        if self._stop.is_set():
            raise Stopped
        was_ignored = self._ruled(here, _has_marks(here))
        glance = _glance(here.handle, here.folder.known)
        self._count(glance.seen + len(glance.fresh))
        brought_back = self._ruled(here, any(name in (IGNORE_FILE, GIT) for name in glance.fresh))
        if glance.seen != len(here.folder.known) + len(brought_back):
            self._missing(here)
        for name, known, now in glance.stale:
            self._again(here, name, known, now)
        for name in glance.fresh:
            self._new(here, name, quiet=here.quiet or name in was_ignored)
        for name in brought_back:
            self._new(here, name, quiet=True)
        for name, known in glance.deeper:
            self._deeper(here, name, known)

    def _ruled(self, here: _Here, has_marks: bool) -> frozenset[str]:
        """Read the rules anew where they may be others; the names that were left out before, which are seen anew."""
        folder = here.folder
        marks = (*_mark(here.handle, IGNORE_FILE), *_mark(here.handle, GIT)) if has_marks else folder.marks or ()
        if folder.marks == marks and folder.above is here.above:
            return frozenset()
        folder.rules = self._ignoring.below(here.above, Path(here.path or "/"))
        folder.marks, folder.above = marks, here.above
        if folder.unruled:
            self._sort_out(here)
        names = frozenset(name for name, known in folder.known.items() if known.state is IGNORED)
        for name in names:
            del folder.known[name]
        return names

    def _sort_out(self, here: _Here) -> None:
        """Leave out by today's rules what an earlier process saw."""
        folder, rules = here.folder, here.folder.rules
        folder.unruled = False
        for name, known in folder.known.items() if rules is not None else ():
            where, is_folder = f"{here.path}/{name}", known.inner is not None
            if rules is not None and name != GIT and rules.ignores(where, is_folder=is_folder):
                folder.known[name] = Known(IGNORED)

    def _gone(self, path: str, folder: Folder) -> None:
        """Tell that all below a folder is not there any more."""
        for name, known in folder.known.items():
            self._told(f"{path}/{name}", known.state, None)
            if known.inner is not None:
                self._gone(f"{path}/{name}", known.inner)
        folder.known.clear()

    def _count(self, number: int) -> None:
        self._paths += number
        if self._paths > self._bounds.paths:
            raise TooMany(self._bounds.paths)

    def _told(self, path: str, before: State | None, after: State | None) -> None:
        self.changes.append(Change(path=path, before=before, after=after))

    def _missing(self, here: _Here) -> None:
        there = frozenset(names_in(here.handle))
        for name in [name for name in here.folder.known if name not in there]:
            self._forget(here, name)

    def _forget(self, here: _Here, name: str) -> None:
        known = here.folder.known.pop(name)
        self._told(f"{here.path}/{name}", known.state, None)
        if known.inner is not None:
            self._gone(f"{here.path}/{name}", known.inner)

    def _new(self, here: _Here, name: str, *, quiet: bool) -> None:
        where, rules = f"{here.path}/{name}", here.folder.rules
        now = _status(here.handle, name)
        if now is None:
            return
        is_folder = stat.S_ISDIR(now.st_mode)
        if name != GIT and rules is not None and rules.ignores(where, is_folder=is_folder):
            here.folder.known[name] = Known(IGNORED)
            return
        state = (self._apart(here, where, now) if is_folder else None) or self._looker.of(here.handle, name, now)
        known = Known(state, now, Folder() if state.kind == "folder" else None)
        known.sure = now.st_ctime_ns < self._sure_before
        here.folder.known[name] = known
        if not quiet:
            self._told(where, None, state)
        if known.inner is not None:
            self._deeper(here, name, known, quiet=quiet)

    def _apart(self, here: _Here, path: str, now: os.stat_result) -> State | None:
        """What a folder is that is not looked into."""
        if path in self._index.apart:
            return OURS
        if here.depth >= self._bounds.depth:
            return DEEP
        return MOUNT if now.st_dev != self._device else None

    def _again(self, here: _Here, name: str, known: Known, now: os.stat_result) -> None:
        """Look anew at what was no folder."""
        if stat.S_ISDIR(now.st_mode):
            self._forget(here, name)
            self._new(here, name, quiet=False)
            return
        state = self._looker.of(here.handle, name, now)
        known.stamp(now)
        known.sure = now.st_ctime_ns < self._sure_before
        if not state.same(known.state):
            self._told(f"{here.path}/{name}", known.state, state)
        known.state = state

    def _deeper(self, here: _Here, name: str, known: Known, *, quiet: bool = False) -> None:
        """Look into what was a folder; one that cannot be opened is taken to hold what it held."""
        assert known.inner is not None
        try:
            handle = os.open(name, FOLDER, dir_fd=here.handle)
        except OSError:
            self._shut(here, name, known)
            return
        try:
            self._mode(here, name, known, os.fstat(handle))
            where = f"{here.path}/{name}"
            self._folder(_Here(handle, where, known.inner, here.folder.rules, here.depth + 1, quiet or here.quiet))
        finally:
            os.close(handle)

    def _shut(self, here: _Here, name: str, known: Known) -> None:
        now = _status(here.handle, name)
        if now is not None and stat.S_ISDIR(now.st_mode):
            self._mode(here, name, known, now)
            return
        self._forget(here, name)
        if now is not None:
            self._new(here, name, quiet=False)

    def _mode(self, here: _Here, name: str, known: Known, now: os.stat_result) -> None:
        if stat.S_IMODE(now.st_mode) != known.state.mode:
            state = State(kind="folder", mode=stat.S_IMODE(now.st_mode))
            self._told(f"{here.path}/{name}", known.state, state)
            known.state = state


def _has_marks(here: _Here) -> bool:
    """Whether an ignore file or a repository of its own may be in a folder: always, before it was looked at."""
    folder = here.folder
    return folder.marks is None or IGNORE_FILE in folder.known or GIT in folder.known


def _glance(handle: int, known: Mapping[str, Known]) -> _Glance:
    """Compare what a folder holds with what is known of it; most time is spent in here."""
    glance = _Glance()
    with os.scandir(handle) as entries:
        for entry in entries:
            found = known.get(entry.name)
            if found is None:
                glance.fresh.append(entry.name)
                continue
            glance.seen += 1
            if found.inner is not None:
                glance.deeper.append((entry.name, found))
            elif found.state.kind != "apart":
                now = entry.stat(follow_symlinks=False)
                if not (
                    found.sure
                    and now.st_ctime_ns == found.changed
                    and now.st_mtime_ns == found.modified
                    and now.st_size == found.size
                    and now.st_ino == found.inode
                    and now.st_mode == found.mode
                ):
                    glance.stale.append((entry.name, found, now))
    return glance


def _mark(handle: int, name: str) -> tuple[int, ...]:
    """What tells one state of an ignore file from others."""
    found = _status(handle, name)
    return () if found is None else (found.st_ino, found.st_ctime_ns, found.st_size)


def _status(handle: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=handle, follow_symlinks=False)
    except OSError:
        return None
