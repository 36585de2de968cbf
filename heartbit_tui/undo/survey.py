"""Looks at a workspace for the calls of one session: everything in it blocks."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.blobs import Gone
from heartbit_tui.undo.cache import Cache
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.index import Index, name_of, parent
from heartbit_tui.undo.plan import LOST
from heartbit_tui.undo.record import read, written
from heartbit_tui.undo.scan import scan
from heartbit_tui.undo.spans import Spans
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

    def __init__(
        self, engine: Engine, index: Index, ignoring: Ignoring, cache: Cache, spans: Spans, bounds: Bounds
    ) -> None:
        self._engine = engine
        self._index = index
        self._looker = engine.looker()
        self._ignoring = ignoring
        self._cache = cache
        self._spans = spans
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
            self._first()

    def recovered(self) -> tuple[tuple[str, ...], Told] | None:
        """What calls did that were at work when a process of this session died; None where none were.

        It is all that has changed since that process looked last: what others did meanwhile cannot be told apart.
        """
        calls = self._spans.left()
        if not calls:
            return None
        with self._turn:
            changes = self._first() if not self._based else ()
            self._spans.end()
            return (calls, self.keep(changes)) if changes else None

    def _first(self) -> Changes:
        self._cache.load(self._index)
        known = self._index.whole
        self._replay()
        found = scan(self._index, self._looker, self._ignoring, self._bounds, self._stop)
        if found or not known:
            self._cache.save(self._index)
        self._based = True
        return found

    def _replay(self) -> None:
        """Take over what was seen after the index was kept."""
        with suppress(Gone):
            for record in self._cache.since():
                for change in read(self._engine.blobs, record):
                    if self._index.holds(change.path):
                        self._index.note(change.path, change.after)

    def before(self, calls: Sequence[str], named: Iterable[str]) -> None:
        """These calls are at work from now on, and also the paths that the last of them names are looked at."""
        with self._turn:
            self._follow(named)
            self._spans.begin(calls)

    def absorbed(self) -> None:
        """Take what has changed since the last look as what nobody here did."""
        with self._turn:
            if foreign := self._changes():
                self._seen(foreign)

    def after(self, still: Sequence[str] = ()) -> Told | None:
        """Keep what has changed since; None for nothing. These calls are `still` at work."""
        with self._turn:
            changes = self._changes()
            told = self.keep(changes) if changes else None
            self._spans.begin(still)
            return told

    def _seen(self, changes: Changes) -> str:
        """Keep what was seen, so that a later process knows it, too."""
        record = self._engine.blobs.keep(written(changes))
        self._cache.add(record)
        return record

    def _follow(self, paths: Iterable[str]) -> None:
        for path in paths:
            if len(self._extra) < MOST_EXTRA and path not in self._extra and not self._index.holds(path):
                self._extra[path] = self._looker.at(path)

    def changes(self) -> Changes:
        """What has changed since the last time."""
        with self._turn:
            return self._changes()

    def _changes(self) -> Changes:
        """What a scan tells, and what has become of the other files that are followed."""
        apart = [path for path in self._extra if not self._index.holds(path)]
        found = scan(self._index, self._looker, self._ignoring, self._bounds, self._stop)
        extra: list[Change] = []
        for path in apart:
            before, after = self._extra[path], self._looker.at(path)
            if not alike(before, after):
                extra.append(Change(path=path, before=before, after=after))
                self._extra[path] = after
        return (*(change for change in found if change.path not in apart), *extra)

    def looked(self, paths: Sequence[str], *, alone: bool) -> tuple[str, ...]:
        """Look at these paths and at the folders above them that would have to be made; all of them.

        When no other call is at work (`alone`), what has become of them since the last time was somebody else's doing.
        """
        with self._turn:
            found = tuple(dict.fromkeys(each for path in paths for each in (path, *self._to_be_made(path))))
            for path in found:
                if alone or (not self._index.holds(path) and path not in self._extra):
                    self._expect(path, self._looker.at(path))
            return found

    def changed(self, paths: Sequence[str]) -> Told | None:
        """Keep what has become of paths since they were looked at; None for nothing that is not kept already."""
        with self._turn:
            found: list[Change] = []
            for path in sorted(paths):
                before, now = self._expected(path), self._looker.at(path)
                if not alike(before, now):
                    found.append(Change(path=path, before=before, after=now))
                    self._expect(path, now)
            return self.keep(tuple(found)) if found else None

    def _to_be_made(self, path: str) -> Iterator[str]:
        above = parent(path)
        while above and self._looker.at(above) is None:
            yield above
            above = parent(above)

    def _expected(self, path: str) -> State | None:
        return self._index.state(path) if self._index.holds(path) else self._extra.get(path)

    def _expect(self, path: str, state: State | None) -> None:
        if self._index.holds(path):
            self._index.note(path, state)
        else:
            self._extra[path] = state

    def keep(self, changes: Changes) -> Told:
        """Keep a record."""
        return Told(
            record=self._seen(changes),
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
