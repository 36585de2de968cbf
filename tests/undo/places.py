"""A workspace that is watched, with the store beside it; nothing of a session."""

import random
import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from heartbit_tui.runtime.undo_parts import GitIgnore
from heartbit_tui.undo.cache import Cache
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.index import Index
from heartbit_tui.undo.intent import Intent, Restored
from heartbit_tui.undo.plan import Plan
from heartbit_tui.undo.record import written
from heartbit_tui.undo.scan import scan
from heartbit_tui.undo.spans import Spans
from heartbit_tui.undo.survey import Survey
from heartbit_tui.undo.types import Bounds, Changes
from tests.undo.trees import Vandal


class Place:
    """A tree, its index, and the records of what was done to it, oldest first."""

    def __init__(self, folder: Path, seed: int = 0, *, acts: int = 0, bounds: Bounds | None = None) -> None:
        self.root = folder.resolve() / "tree"
        self.root.mkdir(parents=True)
        self.vandal = Vandal(self.root, random.Random(seed))
        self.bounds = bounds or Bounds()
        self.folder = folder / "undo"
        self.engine = Engine(self.folder, self.bounds)
        self.index = Index([str(self.root)])
        self.ignoring = GitIgnore()
        self.records: list[str] = []
        self._looker = self.engine.looker()
        self._numbers = count(1)
        self.vandal.act(acts)
        self.seen()

    def seen(self) -> Changes:
        """What has changed since the last look."""
        return scan(self.index, self._looker, self.ignoring, self.bounds, threading.Event())

    def kept(self) -> Changes:
        """The same, as one more record."""
        changes = self.seen()
        if changes:
            self.records.append(self.engine.blobs.keep(written(changes)))
        return changes

    def survey(self) -> Survey:
        """What looks at the same tree for the calls of a session."""
        roots = [str(self.root)]
        cache = Cache(self.folder / "indexes", roots)
        spans = Spans(self.folder / "at-work", "s")
        return Survey(self.engine, Index(roots), self.ignoring, cache, spans, self.bounds)

    def plan(self, number: int = 0, *, overrule: bool = False) -> Plan:
        """What going back over all but the first `number` records means."""
        return self.engine.plan(self.records[number:][::-1], overrule=overrule)

    def back(self, number: int = 0, *, overrule: bool = False) -> Restored:
        """Go back over all but the first `number` records; that is one more record."""
        done = self.engine.carry_out("s", self.intent(number), self.plan(number, overrule=overrule))
        self.engine.told("s")
        self.records += [done.record] if done.record else []
        return done

    def intent(self, number: int = 0) -> Intent:
        return Intent(id=f"i{next(self._numbers)}", to=number, what="files")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def names(self, changes: Changes) -> Sequence[str]:
        return sorted(str(Path(each.path).relative_to(self.root)) for each in changes)
