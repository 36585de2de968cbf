import random
import threading
from itertools import count
from pathlib import Path

from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.index import Index
from heartbit_tui.undo.journal import Intent
from heartbit_tui.undo.plan import changes_of
from heartbit_tui.undo.record import written
from heartbit_tui.undo.scan import scan
from heartbit_tui.undo.types import Bounds, Rules
from tests.undo.trees import Vandal, seen

CASES = 1_000
EACH = 4
"""Changes in a row of one tree, each of which is one case."""


class NothingIgnored:
    def above(self, root: Path) -> Rules | None:
        return None

    def below(self, above: Rules | None, folder: Path) -> Rules | None:
        return None


class Place:
    """A workspace that is watched, with the store beside it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.root = folder / "tree"
        self.root.mkdir(parents=True)
        self.vandal = Vandal(self.root, random.Random(seed))
        self.engine = Engine(folder / "undo")
        self.index = Index([str(self.root)])
        self.looker = self.engine.looker()
        self.records: list[str] = []
        self.numbers = count(1)
        self.vandal.act(12)
        self.scanned()

    def scanned(self) -> str:
        found = scan(self.index, self.looker, NothingIgnored(), Bounds(), threading.Event())
        return self.engine.blobs.keep(written(found)) if found else ""

    def change(self) -> None:
        self.vandal.act(6)
        if record := self.scanned():
            self.records.append(record)

    def back(self, number: int) -> None:
        """Undo all but the first `number` records; the undo is one more."""
        plan = self.engine.plan(self.records[number:][::-1])
        assert plan.conflicts == plan.lost == ()
        intent = Intent(id=f"i{next(self.numbers)}", to=number, what="files")
        done = self.engine.carry_out("s", intent, plan)
        assert done.left == (), [(s.path[-20:], s.now, s.then) for s in plan.steps]
        self.engine.told("s")
        assert (done.record == "") is (changes_of(plan.steps) == ())
        self.records += [done.record] if done.record else []


def test_whatever_was_done_to_files_is_undone_exactly_and_redone_exactly(tmp_path: Path) -> None:
    exact = redone = 0
    for seed in range(CASES // EACH):
        place = Place(tmp_path / str(seed), seed)
        trees, marks = [seen(place.root)], [0]
        for _ in range(EACH):
            place.change()
            trees.append(seen(place.root))
            marks.append(len(place.records))
        for steps_back in range(1, EACH + 1):
            before, latest = len(place.records), seen(place.root)
            place.back(marks[EACH - steps_back])
            exact += seen(place.root) == trees[EACH - steps_back]
            place.back(before)
            redone += seen(place.root) == latest == trees[EACH]
    assert (exact, redone) == (CASES, CASES)
