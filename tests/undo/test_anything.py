import random
from pathlib import Path

import pytest

from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.looking import Looker
from heartbit_tui.undo.types import Bounds, State
from tests.samples import samples
from tests.undo.places import Place
from tests.undo.trees import seen

CASES = samples(1_000, 200)
EACH = 5
"""Changes in a row of one tree, each of which is one case."""

KILLS = 100


@pytest.mark.slow
def test_whatever_was_done_to_files_is_undone_exactly_and_redone_exactly(tmp_path: Path) -> None:
    exact = redone = 0
    for seed in range(CASES // EACH):
        place = Place(tmp_path / str(seed), seed, acts=12)
        trees, marks = [seen(place.root)], [0]
        for _ in range(EACH):
            place.vandal.act(6)
            place.kept()
            trees.append(seen(place.root))
            marks.append(len(place.records))
        for steps_back in range(1, EACH + 1):
            before = len(place.records)
            assert place.back(marks[EACH - steps_back]).left == ()
            exact += seen(place.root) == trees[EACH - steps_back]
            assert place.back(before).left == ()
            redone += seen(place.root) == trees[EACH]
    assert (exact, redone) == (CASES, CASES)


class Killed(BaseException):
    """Nothing that is written after this happens."""


class Mortal(Looker):
    """Looks so many times, then dies."""

    def __init__(self, engine: "Doomed", bounds: Bounds) -> None:
        super().__init__(engine.blobs, bounds)
        self._engine = engine

    def at(self, path: str) -> State | None:
        self._engine.looks -= 1
        if self._engine.looks < 0:
            raise Killed
        return super().at(path)


class Doomed(Engine):
    """An engine that is killed in the middle of its work."""

    looks = 1_000_000

    def looker(self) -> Looker:
        return Mortal(self, Bounds())


def test_an_undo_that_was_killed_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    finished = 0
    for seed in range(KILLS):
        place = Place(tmp_path / str(seed), seed, acts=10)
        before = seen(place.root)
        place.vandal.act(10)
        place.kept()
        plan, intent = place.plan(), place.intent()
        doomed = Doomed(place.folder)
        doomed.looks = random.Random(seed).randrange(2 * len(plan.steps) + 1)
        try:
            doomed.carry_out("s", intent, plan)
        except Killed:
            done = place.engine.finish("s")
            assert done is not None
            assert (done.intent, done.left) == (intent, ())
            place.records += [done.record] if done.record else []
        finished += seen(place.root) == before
        after_redo = place.engine.plan(place.records[1:][::-1])
        assert (after_redo.conflicts, after_redo.lost) == ((), ())
    assert finished == KILLS
