"""vi's keys do what vi does, by the answers of Vim 9."""

import json
from pathlib import Path
from typing import cast

from heartbit_tui.tui.draft.passage import Passage, replaced, typed
from heartbit_tui.tui.draft.vim.machine import Vim
from tests.tui.draft.stage import keyed, staged, typed as type_letters

CASES = cast(
    "list[tuple[str, int, str, str, int]]", json.loads((Path(__file__).parent / "vim_cases.json").read_text("utf-8"))
)
"""Text, cursor and keys, then Vim's text and cursor. It began with R in its register, and with `0f~0rX` done."""


def played(text: str, cursor: int, keys: str) -> tuple[str, int]:
    """The text and the cursor after keys in normal mode."""
    vim = Vim()
    passage = Passage("R", 0)
    for key in ("escape", "y", "l"):
        passage = _press(vim, key, passage)
    passage = Passage("abc", 0)
    for key in "f~rX":
        passage = _press(vim, key, passage)
    passage = Passage(text, cursor)
    for key in (*keys, "\x1b", "\x1b"):
        passage = _press(vim, "escape" if key == "\x1b" else key, passage)
    return passage.text, passage.cursor


def _press(vim: Vim, key: str, passage: Passage) -> Passage:
    inserts = vim.mode == "insert"
    stroke = vim.press(key, passage)
    if stroke is not None:
        return stroke.passage
    return typed(passage, key) if inserts and len(key) == 1 else passage


def test_the_answers_are_those_of_vim() -> None:
    assert len(CASES) >= 600
    wrong = [case for case in CASES if played(*case[:3]) != tuple(case[3:])]
    assert wrong == []


def test_the_cases_reach_every_command() -> None:
    keys = "".join(case[2] for case in CASES)
    wanted = [*"hjklwbeWBE0^$G;,", "gg", "ge", *"xXDCsSYpP~J.vV", *"iaIAoO", "dd", "cc", "yy", "r", "f", "t", "F", "T"]
    wanted += ["iw", "aw", 'i"', 'a"', "i(", "a(", "ip", "ap", "i{", "a["]
    assert [each for each in wanted if each not in keys] == []


def test_a_backspaced_insertion_is_repeated_as_it_ended() -> None:
    vim, passage = Vim(), Passage("ab", 0)
    for key in ("escape", "i", "x", "y"):
        passage = _press(vim, key, passage)
    passage = replaced(passage, passage.cursor - 1, passage.cursor, "")
    for key in ("escape", "l", "."):
        passage = _press(vim, key, passage)
    assert passage.text == "xxab"


async def test_the_mode_stands_in_the_border_and_letters_are_commands() -> None:
    async with staged() as (stage, pilot):
        stage.draft.vim = Vim()
        await type_letters(stage, pilot, "hello world")
        await keyed(stage, pilot, "escape", "0", "d", "w")
        assert stage.draft.text == "world"
        assert "ask · normal" in stage.screen_lines()[-3]
        assert stage.bubbled == []
        await keyed(stage, pilot, "escape")
        assert stage.bubbled == ["escape"]
        await keyed(stage, pilot, "enter")
        assert stage.sent == [("world", False)]
        assert "ask · insert" in stage.screen_lines()[-3]


async def test_an_insertion_is_one_step_of_undo() -> None:
    async with staged() as (stage, pilot):
        stage.draft.vim = Vim()
        await type_letters(stage, pilot, "one")
        await keyed(stage, pilot, "escape", "A")
        await type_letters(stage, pilot, " two three four")
        await keyed(stage, pilot, "escape", "u")
        assert stage.draft.text == "one"
        await keyed(stage, pilot, "ctrl+r")
        assert stage.draft.text == "one two three four"


async def test_visual_mode_marks_what_it_takes() -> None:
    async with staged() as (stage, pilot):
        stage.draft.vim = Vim()
        await type_letters(stage, pilot, "abc def")
        await keyed(stage, pilot, "escape", "0", "v", "e")
        assert stage.draft.vim.marked(stage.draft.passage) == (0, 3)
        await keyed(stage, pilot, "d")
        assert stage.draft.text == " def"
