import json
import os
from pathlib import Path

import zstandard

from tests.undo.places import Place


def test_a_change_of_the_same_size_in_the_same_moment_is_seen(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("a", "0")
    place.seen()
    found = 0
    for number in range(100):
        file.write_text(str(number % 10 + 1)[-1])
        status = file.stat()
        os.utime(file, ns=(status.st_atime_ns, 1_700_000_000_000_000_000))
        found += place.names(place.seen()) == ["a"]
    assert found == 100


def test_what_gitignore_leaves_out_is_not_looked_at(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(".gitignore", "*.pyc\nbuild/\n!kept.pyc\n")
    place.write("sub/.gitignore", "secret\n")
    for name in ("a.pyc", "kept.pyc", "build/x/y", "sub/secret", "sub/open", ".git/HEAD"):
        place.write(name, name)
    assert place.names(place.kept()) == [".git", ".gitignore", "kept.pyc", "sub", "sub/.gitignore", "sub/open"]
    for name in ("a.pyc", "build/x/y", "sub/secret", ".git/HEAD", "build/new"):
        place.write(name, "changed")
    assert place.seen() == ()


def test_a_file_that_is_left_out_no_more_was_not_made_by_whoever_says_so(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(".gitignore", "mine/\n*.log\n")
    place.write("mine/data", "a person's own")
    place.write("x.log", "a person's own")
    place.seen()
    place.write(".gitignore", "")
    assert place.names(place.kept()) == [".gitignore"]
    place.write("mine/data", "changed")
    assert place.names(place.seen()) == ["mine/data"]


def test_what_was_looked_at_once_is_looked_at_when_it_is_left_out_later(tmp_path: Path) -> None:
    place = Place(tmp_path)
    file = place.write("notes.txt", "one")
    place.seen()
    place.write(".gitignore", "*.txt\n")
    file.unlink()
    assert place.names(place.kept()) == [".gitignore", "notes.txt"]
    place.back()
    assert file.read_text() == "one"


def test_an_index_that_was_kept_spares_reading_and_finds_what_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for number in range(20):
        place.write(f"d{number % 3}/f{number}", str(number))
    first = place.survey()
    first.base()
    first.save()
    (place.root / "d0" / "f0").unlink()
    place.write("d1/new", "x")
    again = place.survey()
    again.base()
    assert again.changes() == ()
    place.write("d1/new", "y")
    assert place.names(again.changes()) == ["d1/new"]


def test_an_index_that_is_damaged_counts_as_none(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write("a", "x")
    first = place.survey()
    first.base()
    [file] = (place.folder / "indexes").iterdir()
    packed = file.read_bytes()
    wrong = [json.dumps([str(place.root)]), json.dumps([["a", ["file"]]])]
    for damage in (b"", packed[:20], b"x" + packed, zstandard.compress("\n".join(wrong).encode())):
        file.write_bytes(damage)
        survey = place.survey()
        survey.base()
        place.write("a", damage.hex()[:10] + "changed")
        assert place.names(survey.changes()) == ["a"]


def test_what_a_call_did_whose_process_was_killed_is_found_by_the_next(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for name in "abc":
        place.write(name, "before")
    died = place.survey()
    died.base()
    died.before(("call-1",), ())
    place.write("a", "by the first call")
    first = died.after()
    place.write("b", "by a person")
    died.absorbed()
    died.before(("call-2",), ())
    (place.root / "c").unlink()
    found = place.survey().recovered()
    assert first is not None
    assert found is not None
    calls, told = found
    assert (calls, told.deleted, told.changed, told.created) == (("call-2",), 1, 0, 0)
    place.records = [first.record, told.record]
    assert place.plan(1).conflicts == ()
    place.back(0)
    assert [(place.root / name).read_text() for name in "abc"] == ["before", "by a person", "before"]
    assert place.survey().recovered() is None
