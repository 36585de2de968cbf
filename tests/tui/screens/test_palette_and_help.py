"""The palette and help tell every action as the keymap of now has it."""

import pytest

from heartbit_tui.tui.keys.actions import ACTIONS, SIGNS
from heartbit_tui.tui.keys.keymap import Keymap, keymap
from heartbit_tui.tui.keys.overrides import parse
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells
from heartbit_tui.tui.screens.help import Help, groups, lines
from heartbit_tui.tui.screens.palette import RECENT, USED, is_offered, palette, rows
from tests.tui.picker.board import Board, ink, said, settled


def remapped(text: str) -> Keymap:
    return keymap(overrides=parse(text, "keymap.toml"))


def test_what_was_used_last_comes_first_and_once() -> None:
    found = rows(keymap(), ("reader", "model", "reader", "no-such", "tab-1", "send"))
    assert [(row.key, row.group) for row in found[:2]] == [("reader", USED), ("model", USED)]
    assert sorted(row.key for row in found) == sorted(action.name for action in ACTIONS if is_offered(action))
    many = rows(keymap(), [action.name for action in ACTIONS])
    assert sum(row.group == USED for row in many) == RECENT


def test_a_row_tells_the_command_and_the_key_of_now() -> None:
    live = remapped('[keys]\nreader = "ctrl+y"\n')
    row = next(row for row in rows(live, ()) if row.key == "reader")
    assert (row.title, row.meta[0][0], row.meta[1][0].strip()) == ("Read the whole transcript", "/reader", "Ctrl+Y")


@pytest.mark.parametrize(
    ("typed", "name"), [("fork", "fork"), ("/cost", "cost"), ("mdl", "model"), ("next pane", "next-pane")]
)
async def test_the_palette_runs_what_is_typed(typed: str, name: str) -> None:
    app = Board(lambda: palette(keymap(), ("reader",), ink()))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press(*("space" if letter == " " else letter for letter in typed), "enter")
        await settled(pilot)
    assert app.results == [name]


def test_help_tells_every_action_and_sign_once() -> None:
    told = [entry for group in groups(keymap()) for entry in group.entries]
    series = {action.series for action in ACTIONS if action.series}
    assert len(told) == len(SIGNS) + sum(not action.series for action in ACTIONS) + len(series)
    titles = {entry.title for entry in told}
    assert [each.name for each in ACTIONS if not each.series and each.title not in titles] == []
    assert ("Alt+1..9", "go to tab") in {(entry.keys, entry.title) for entry in told}


def test_help_follows_the_keymap() -> None:
    live = remapped('[keys]\npalette = "ctrl+y"\nmouse = false\ntab-1 = "alt+q"\n')
    told = {entry.title: entry.keys for group in groups(live) for entry in group.entries}
    assert (told["every action with its key"], told["give the mouse to the terminal, or take it back"]) == (
        "Ctrl+Y  /palette",
        "/mouse",
    )
    assert told["go to tab"].startswith("Alt+Q  Alt+2  ")


def test_help_begins_with_what_is_wrong_with_the_keymap() -> None:
    live = remapped('[keys]\npalette = "ctrl+o"\n')
    text = [line.text for line in lines(live, Look(78, ink()))]
    assert text[0] == " What is wrong with your keymap"
    assert text[1].startswith("   keymap.toml:2: Ctrl+O is the key of reader;")


@pytest.mark.parametrize("width", [1, 4, 10, 18, 30, 60, 95, 96, 120, 200])
def test_no_line_of_help_is_wider_than_there_is_room(width: int) -> None:
    found = lines(remapped('[keys]\npalette = "ctrl+o"\n'), Look(width, ink()))
    assert max(cells(line.text) for line in found) <= max(width, 8)
    assert all(cells(line.text) <= width for line in found if width >= 8)


def test_help_has_two_columns_where_there_is_room_and_loses_nothing() -> None:
    one, two = (lines(keymap(), Look(width, ink())) for width in (94, 120))
    assert len(two) < len(one)
    for group in groups(keymap()):
        assert sum(group.title in line.text for line in two) >= 1


@pytest.mark.parametrize("size", [(20, 5), (3, 3), (80, 24), (120, 40)])
async def test_help_is_filtered_scrolled_and_left(size: tuple[int, int]) -> None:
    app = Board(lambda: Help(keymap(), ink()))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("down", "pagedown", "end", "home", "r", "e", "d", "r", "a", "w")
        await settled(pilot)
        assert "Ctrl+L" in said(app) or size < (80, 24)
        assert "Ctrl+O" not in said(app)
        await pilot.press("z", "z")
        await settled(pilot)
        assert "Nothing answers “redrawzz”." in said(app) or size < (80, 24)
        await pilot.press("ctrl+c", "escape")
        await settled(pilot)
    assert app.results == [None]
