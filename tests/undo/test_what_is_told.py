import os
import stat
from pathlib import Path

import pytest

from heartbit_tui.undo.plan import BETWEEN, CHANGED, GONE, IN_USE
from heartbit_tui.undo.preview import Preview, rows, summary
from heartbit_tui.undo.types import Bounds, TooMany
from tests.undo.places import Place
from tests.undo.trees import seen


def told(place: Place, number: int = 0) -> list[tuple[str, str, str]]:
    """The rows of a preview: sign, name, note."""
    preview = Preview(intent=place.intent(number), title="", plan=place.plan(number))
    return [(row.sign, row.name, row.note) for row in rows(preview, str(place.root))]


def test_what_somebody_else_changed_since_is_a_conflict_and_stays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    mine, other = place.write("mine.txt", "one"), place.write("other.txt", "one")
    place.kept()
    mine.write_text("two, by a person")
    other.unlink()
    place.kept()
    mine.write_text("three")
    plan = place.plan(0)
    assert [(each.path, each.why) for each in plan.conflicts] == [(str(mine), CHANGED)]
    assert place.back(0).left == ()
    assert (mine.read_text(), other.exists()) == ("three", False)


def test_what_somebody_else_changed_in_between_is_a_conflict_too(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "one")
    place.kept()
    file.write_text("by a person")
    place.seen()
    file.write_text("three")
    place.kept()
    assert [each.why for each in place.plan(0).conflicts] == [BETWEEN]
    assert place.plan(1).conflicts == ()


def test_a_conflict_that_is_overruled_can_be_taken_back(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "one")
    place.seen()
    file.write_text("two")
    place.kept()
    file.write_text("by a person")
    place.back(0, overrule=True)
    assert file.read_text() == "one"
    place.back(1)
    assert file.read_text() == "by a person"


def test_a_folder_with_somebody_elses_files_stays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write("new/ours.txt", "x")
    place.kept()
    place.write("new/deep/theirs.txt", "x")
    assert [each.why for each in place.plan().conflicts] == [IN_USE]
    place.back()
    assert sorted(seen(place.root)) == ["new", "new/deep", "new/deep/theirs.txt"]


def test_what_cannot_be_brought_back_is_told_and_nothing_else_fails(tmp_path: Path) -> None:
    place = Place(tmp_path, bounds=Bounds(file=100))
    place.write("large.bin", "x" * 101)
    place.write(".gitignore", "*.log\n")
    place.write("a.log", "kept out")
    place.write("inner/.git/HEAD", "ref")
    place.write("inner/b.txt", "b")
    os.mknod(place.root / "ear", stat.S_IFSOCK | 0o600)
    place.seen()
    for name in ("large.bin", "a.log", "inner/.git/HEAD", "inner/b.txt", "ear"):
        (place.root / name).unlink()
    for name in ("inner/.git", "inner"):
        (place.root / name).rmdir()
    place.kept()
    lost = [(name, note) for sign, name, note in told(place) if sign == "×"]
    assert sorted(lost) == [
        ("a.log", "was left out by .gitignore, so it was not kept"),
        ("ear", "is a socket, which cannot be made anew"),
        ("inner/.git", "is git's own, which undo leaves alone"),
        ("large.bin", "was too large to be kept"),
    ]
    place.back()
    assert (place.root / "inner/b.txt").read_text() == "b"


def test_a_large_file_that_was_moved_comes_back_all_the_same(tmp_path: Path) -> None:
    place = Place(tmp_path, bounds=Bounds(file=100))
    large = place.write("large.bin", "x" * 101)
    place.seen()
    large.rename(place.root / "elsewhere.bin")
    place.kept()
    assert [row[:2] for row in told(place)] == [("→", "elsewhere.bin")]
    place.back()
    assert sorted(seen(place.root)) == ["large.bin"]


def test_a_hard_link_is_told_and_its_other_names_stay_as_they_are(tmp_path: Path) -> None:
    place = Place(tmp_path)
    one = place.write("one", "first")
    (place.root.parent / "outside").hardlink_to(one)
    place.seen()
    one.write_text("second")
    place.kept()
    assert [note for _, _, note in told(place)] == ["is what it was, as a file of its own: it has other names"]
    place.back()
    assert (one.read_text(), (place.root.parent / "outside").read_text()) == ("first", "second")


def test_nothing_is_ever_written_through_a_link(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("folder/a", "first")
    place.seen()
    file.write_text("second")
    place.kept()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("second")
    (place.root / "folder").rename(place.root / "away")
    (place.root / "folder").symlink_to(outside)
    assert [each.why for each in place.plan().conflicts] == [CHANGED]
    done = place.back(overrule=True)
    assert ([each.path for each in done.left], (outside / "a").read_text()) == ([str(file)], "second")


def test_what_is_not_kept_any_more_is_told(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "first")
    place.seen()
    file.write_text("second")
    place.kept()
    place.engine.blobs.sweep(place.records, older_than=2e10)
    assert [each.why for each in place.plan().lost] == [GONE]
    assert summary(Preview(intent=place.intent(), title="", plan=place.plan())) == "1 cannot be brought back."


def test_more_paths_than_are_looked_at_are_refused(tmp_path: Path) -> None:
    place = Place(tmp_path, bounds=Bounds(paths=3))
    for name in "abcd":
        place.write(name, name)
    with pytest.raises(TooMany, match="more than 3 files"):
        place.seen()
