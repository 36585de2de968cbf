"""Looks at a workspace for the calls of one session: everything in it blocks."""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.cache import Cache
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.index import Index, name_of, parent
from heartbit_tui.undo.plan import LOST
from heartbit_tui.undo.record import written
from heartbit_tui.undo.scan import scan
from heartbit_tui.undo.types import UNKEPT, Bounds, Change, Changes, Ignoring, State, alike

MOST_EXTRA = 500
"""Files outside of what scans see that are followed once a call touched them."""

MOST_LOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a record."""

    record: str
    created: int
    changed: int
    deleted: int
    lost: tuple[str, ...]


class Survey:
    """One workspace, as one session sees it; one look at a time, whatever threads ask for it."""

    def __init__(self, engine: Engine, index: Index, ignoring: Ignoring, cache: Cache, bounds: Bounds) -> None:
        self._engine = engine
        self._index = index
        self._looker = engine.looker()
        self._ignoring = ignoring
        self._cache = cache
        self._bounds = bounds
        self._extra: dict[str, State | None] = {}
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._based = False

    def base(self) -> None:
        """See all of it for the first time. Raises `TooMany`, `Stopped` and `OSError`, as all here do."""
        with self._turn:
            if self._based:
                return
            self._cache.load(self._index)
            known = self._index.whole
            if scan(self._index, self._looker, self._ignoring, self._bounds, self._stop) or not known:
                self._cache.save(self._index)
            self._based = True

    def follow(self, paths: Iterable[str]) -> None:
        """Look at these paths, too, wherever they are."""
        with self._turn:
            self._follow(paths)

    def _follow(self, paths: Iterable[str]) -> None:
        for path in paths:
            if len(self._extra) < MOST_EXTRA and path not in self._extra and not self._index.holds(path):
                self._extra[path] = self._looker.at(path)

    def changes(self) -> Changes:
        """What has changed since the last time."""
        with self._turn:
            return self._changes()

    def _changes(self) -> Changes:
        found = scan(self._index, self._looker, self._ignoring, self._bounds, self._stop)
        extra: list[Change] = []
        for path, before in self._extra.items():
            if not self._index.holds(path) and not alike(before, after := self._looker.at(path)):
                extra.append(Change(path=path, before=before, after=after))
                self._extra[path] = after
        return (*found, *extra)

    def looked(self, paths: Sequence[str]) -> dict[str, State | None]:
        """What these paths are, and the folders above them that would have to be made."""
        with self._turn:
            return self._looked(paths)

    def _looked(self, paths: Sequence[str]) -> dict[str, State | None]:
        found: dict[str, State | None] = {}
        for path in paths:
            found[path] = self._looker.at(path)
            above = parent(path)
            while found[path] is None and above and above not in found and self._looker.at(above) is None:
                found[above] = None
                above = parent(above)
        return found

    def changed(self, before: dict[str, State | None], *, ours: bool) -> Changes:
        """What has become of paths since they were looked at; `ours` when it was calls that changed them before that."""
        with self._turn:
            return self._changed(before, ours=ours)

    def _changed(self, before: dict[str, State | None], *, ours: bool) -> Changes:
        found: list[Change] = []
        for path, was in sorted(before.items()):
            held = self._index.holds(path)
            first = self._index.state(path) if ours and held else was
            now = self._looker.at(path)
            if not alike(first, now):
                found.append(Change(path=path, before=first, after=now))
            if held:
                self._index.note(path, now)
            else:
                self._extra[path] = now
        return tuple(found)

    def keep(self, changes: Changes) -> Told:
        """Keep a record."""
        return Told(
            record=self._engine.blobs.keep(written(changes)),
            created=sum(each.before is None for each in changes),
            changed=sum(each.before is not None and each.after is not None for each in changes),
            deleted=sum(each.after is None for each in changes),
            lost=tuple(_lost(changes))[:MOST_LOST],
        )

    def stop(self) -> None:
        """Stop a first look that is going on; it may be called from any thread."""
        if not self._based:
            self._stop.set()

    def save(self) -> None:
        """Keep the index for the next session."""
        with self._turn, suppress(OSError):
            if self._based:
                self._cache.save(self._index)


def _lost(changes: Changes) -> Iterable[str]:
    for change in changes:
        before = change.before
        if before is not None and not before.is_kept and change.after is None:
            why = before.content.removeprefix(UNKEPT).partition(":")[0]
            yield f"{name_of(change.path)} {LOST.get(why, LOST['device'])}"
