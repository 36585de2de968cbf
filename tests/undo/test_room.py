from pathlib import Path

import pytest

from heartbit_tui.undo.collect import InUse, Kept, collect
from heartbit_tui.undo.engine import BLOBS
from tests.undo.places import Place

LATER = 4e9


def used(place: Place) -> int:
    return sum(file.stat().st_size for file in (place.folder / BLOBS).rglob("*.zst"))


def three_sessions(folder: Path) -> tuple[Place, list[Kept]]:
    """A place whose three records are three sessions', the newest first."""
    place = Place(folder)
    for number in range(3):
        place.write("a", f"{number} " * 2_000)
        place.write(f"b{number}", f"{number * 7}" * 3_000)
        place.kept()
    place.engine.close()
    return place, [Kept(session=f"s{number}", records=(place.records[number],)) for number in (2, 1, 0)]


def test_what_no_session_needs_goes_and_the_rest_stays(tmp_path: Path) -> None:
    place, kept = three_sessions(tmp_path)
    before = used(place)
    told = collect(place.folder, kept[:2], most=None, now=LATER, dry_run=True)
    assert (told.removed > 0, used(place)) == (True, before)
    done = collect(place.folder, kept[:2], most=None, now=LATER)
    assert (done.freed, done.size, done.dropped) == (told.freed, used(place), ())
    assert place.engine.plan([place.records[2], place.records[1]]).lost == ()
    assert place.engine.plan([place.records[0]]).lost != ()


def test_the_oldest_goes_where_there_is_too_much_and_the_bound_holds(tmp_path: Path) -> None:
    place, kept = three_sessions(tmp_path)
    bound = used(place) - 1
    done = collect(place.folder, kept, most=bound, now=LATER)
    assert done.dropped == ("s0",)
    assert done.size == used(place) <= bound
    assert place.engine.plan([place.records[2], place.records[1]]).lost == ()


def test_nothing_is_removed_that_an_undo_which_was_cut_off_needs(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "first")
    place.seen()
    file.write_text("second")
    place.kept()
    plan, intent = place.plan(), place.intent()
    place.engine.carry_out("s", intent, plan)
    file.write_text("second")
    place.engine.close()
    collect(place.folder, [], most=1, now=LATER)
    done = place.engine.finish("s")
    assert done is not None
    assert (done.left, file.read_text()) == ((), "first")


def test_nothing_is_removed_while_a_session_is_open(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with pytest.raises(InUse):
        collect(place.folder, [], most=1, now=LATER)


def test_what_the_index_of_a_workspace_needs_stays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "first")
    survey = place.survey()
    survey.base()
    place.engine.close()
    collect(place.folder, [], most=1, now=0)
    file.unlink()
    again = place.survey()
    again.base()
    place.write("a", "x")
    assert used(place) > 0
