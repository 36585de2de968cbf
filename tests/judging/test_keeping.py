"""The files of plans: nothing of anybody's is overwritten, and no link leads out."""

import os
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import CallContext, Output
from heartbit_tui.plans import keep, read
from heartbit_tui.plans.keeping import LARGEST, replace
from heartbit_tui.plans.tool import PresentPlan
from heartbit_tui.tools.late import schemas


def test_each_plan_has_a_file_of_its_own(tmp_path: Path) -> None:
    kept = [keep(tmp_path, ("a", "b"), "plan", text) for text in ("one", "two")]
    assert [each.path for each in kept] == [tmp_path / "a/b/plan.md", tmp_path / "a/b/plan-2.md"]
    assert [read(each.path) for each in kept] == ["one", "two"]


def test_a_plan_is_replaced_only_while_it_is_as_it_was_written(tmp_path: Path) -> None:
    kept = keep(tmp_path, (), "plan", "one, and longer")
    again = replace(kept, "two")
    assert again is not None
    assert read(kept.path) == "two"
    kept.path.write_text("by hand")
    assert replace(again, "three") is None
    assert read(kept.path) == "by hand"


@pytest.mark.parametrize("below", [("link",), ("there", "link")])
def test_a_link_in_the_place_of_a_folder_is_no_way(tmp_path: Path, below: tuple[str, ...]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    base = tmp_path / "base"
    (base / "there").mkdir(parents=True)
    base.joinpath(*below).symlink_to(outside)
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        keep(base, below, "plan", "text")
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_the_file_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    (tmp_path / "plan.md").symlink_to(secret)
    assert keep(tmp_path, (), "plan", "text").path == tmp_path / "plan-2.md"
    with pytest.raises(HeartbitError, match="a link stands in its place"):
        read(tmp_path / "plan.md")
    assert secret.read_text() == "key"


def test_what_is_no_plan_says_why(tmp_path: Path) -> None:
    large, empty, pipe = tmp_path / "large.md", tmp_path / "empty.md", tmp_path / "pipe.md"
    large.write_bytes(b"x" * (LARGEST + 1))
    empty.write_text(" \n")
    os.mkfifo(pipe)
    for path, why in (
        (large, "more than"),
        (empty, "nothing is in it"),
        (pipe, "nothing"),
        (tmp_path / "no.md", "No such"),
    ):
        with pytest.raises(HeartbitError, match=why):
            read(path)


def test_the_schemas_that_are_offered_are_those_of_the_tool() -> None:
    async def nothing(text: str, context: CallContext) -> Output:
        raise AssertionError(text, context)

    spec = PresentPlan(nothing).spec
    assert dict(schemas(Path(__file__).parents[2] / "heartbit_tui" / "plans")) == {spec.name: spec.input_schema}
