"""Going through what was sent before."""

from pathlib import Path

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.tui.draft.remembered import Remembered
from tests.tui.draft.stage import Entries, keyed, staged, typed


async def test_up_goes_back_and_down_returns_to_the_half_typed_draft() -> None:
    async with staged(history=Entries("first", "second", "third")) as (stage, pilot):
        await typed(stage, pilot, "")
        await keyed(stage, pilot, "up", "up")
        assert stage.draft.text == "second"
        await keyed(stage, pilot, "down", "down", "down")
        assert stage.draft.text == ""


async def test_only_entries_that_begin_as_the_draft_does_are_shown() -> None:
    async with staged(history=Entries("fix a", "run", "fix b", "fix b")) as (stage, pilot):
        await typed(stage, pilot, "fix")
        await keyed(stage, pilot, "up")
        assert stage.draft.text == "fix b"
        await keyed(stage, pilot, "up")
        assert stage.draft.text == "fix a"
        await keyed(stage, pilot, "up")
        assert stage.draft.text == "fix a"
        await keyed(stage, pilot, "down", "down")
        assert (stage.draft.text, stage.draft.passage.cursor) == ("fix", 3)


async def test_entries_of_several_lines_are_passed_in_one_step_each_way() -> None:
    async with staged(history=Entries("one", "two\nlines", "three\nlines")) as (stage, pilot):
        await keyed(stage, pilot, "up", "up", "up")
        assert stage.draft.text == "one"
        await keyed(stage, pilot, "down", "down")
        assert stage.draft.text == "three\nlines"


async def test_editing_an_entry_leaves_the_history_as_it_is() -> None:
    history = Entries("old")
    async with staged(history=history) as (stage, pilot):
        await keyed(stage, pilot, "up")
        await typed(stage, pilot, "er\n")
        assert stage.sent == [("older", False)]
        assert history.kept == ["old", "older"]


async def test_the_draft_that_was_left_for_an_entry_comes_back_with_undo() -> None:
    async with staged(history=Entries("mine and more")) as (stage, pilot):
        await typed(stage, pilot, "mine")
        await keyed(stage, pilot, "up", "x", "ctrl+underscore", "ctrl+underscore")
        assert stage.draft.text == "mine"


def test_what_is_kept_is_read_once_and_secrets_stay_in_this_process(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history")
    file.add("before")
    history = Remembered(file)
    secret = "token=abcdef123456789"
    history.add("now")
    history.add(secret)
    assert list(history.entries()) == ["before", "now", secret]
    assert file.entries() == ["before", "now"]
