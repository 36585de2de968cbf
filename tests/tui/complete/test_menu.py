import random

from textual.geometry import Region

from heartbit_tui.client.commands import COMMANDS
from heartbit_tui.client.fuzzy import match
from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.complete.rows import shown
from heartbit_tui.tui.complete.sources import command_items, file_item
from heartbit_tui.tui.lines.setting import cells
from tests.tui.complete.screen import Screen

HOSTILE = "a\x1b[31mb\nc[bold]d[/]\u202ee\tf\x9bg日本\u200bh\x00"


def items(*labels: str, meta: str = "") -> list[Item]:
    return [Item(insert=label, label=label, meta=meta, replaces=(0, 1)) for label in labels]


def numbered(count: int) -> list[Item]:
    return items(*(f"item {number}" for number in range(count)))


async def test_it_is_shut_without_items_and_stands_right_over_the_draft_with_them() -> None:
    app = Screen()
    async with app.run_test(size=(80, 24)) as pilot:
        assert (app.menu.is_open, app.menu.display, app.menu.chosen) == (False, False, None)
        app.menu.show(numbered(3))
        await pilot.pause()
        assert app.menu.region == Region(0, 18, 80, 3)
        app.menu.stand(7)
        await pilot.pause()
        assert app.menu.region == Region(0, 14, 80, 3)
        app.menu.hide()
        await pilot.pause()
        assert (app.menu.is_open, app.menu.display, app.menu.chosen) == (False, False, None)


async def test_eight_rows_are_seen_and_the_chosen_one_is_always_among_them() -> None:
    app = Screen()
    async with app.run_test(size=(60, 24)) as pilot:
        app.menu.show(numbered(30))
        await pilot.pause()
        assert app.menu.size.height == 8
        chance = random.Random(3)
        for _ in range(300):
            app.menu.move(chance.choice((-1, 1, 8, -8)))
            chosen = app.menu.chosen
            assert chosen is not None
            marked = [row for row in app.rows() if row.startswith("❯")]
            assert [row.split("❯ ")[1].split("┃")[0].strip() for row in marked] == [chosen.label]


async def test_one_step_past_an_end_goes_round_and_a_leap_stops_there() -> None:
    app = Screen()
    async with app.run_test():
        app.menu.show(numbered(5))
        for by, label in ((-1, "item 4"), (1, "item 0"), (8, "item 4"), (-8, "item 0"), (1, "item 1")):
            app.menu.move(by)
            assert app.menu.chosen is not None
            assert app.menu.chosen.label == label


async def test_it_never_takes_the_focus_and_a_click_chooses() -> None:
    app = Screen()
    async with app.run_test(size=(60, 24)) as pilot:
        app.menu.show(numbered(4), heading="pick one")
        await pilot.pause()
        assert not app.menu.can_focus
        await pilot.click(app.menu, offset=(3, 3))
        await pilot.click(app.menu, offset=(3, 0))
        assert (app.picked, app.menu.chosen and app.menu.chosen.label) == (["item 2"], "item 2")


async def test_hostile_labels_are_shown_harmless_and_inserted_as_they_are() -> None:
    app = Screen()
    async with app.run_test(size=(160, 24)) as pilot:
        found = match(HOSTILE, "abc")
        assert found is not None
        app.menu.show([file_item(found, 0, 4), *items(HOSTILE, meta=HOSTILE)])
        await pilot.pause()
        for row in app.rows():
            assert row.rstrip().isprintable()
            assert "␛[31m" in row
            assert "[bold]" in row
            assert "<U+202E>" in row
        assert app.menu.chosen is not None
        assert app.menu.chosen.applied("@abc") == (f'@"{HOSTILE}" ', len(HOSTILE) + 4)
        assert HOSTILE in app.menu.chosen.insert


async def test_every_row_fills_its_width_exactly_at_any_size() -> None:
    checked = 0
    for size in ((120, 40), (80, 24), (20, 5), (3, 4)):
        app = Screen()
        async with app.run_test(size=size) as pilot:
            for offered in (
                list(command_items(COMMANDS, "")),
                items("日本語/日本語/日本語.txt", "x" * 400, HOSTILE, "a/" * 150 + "name.py", meta="日本 " * 30),
                items("a/" * 150 + "name.py"),
            ):
                app.menu.show(offered, heading="history of this project: 日本" * 5)
                await pilot.pause()
                for row in app.rows():
                    assert cells(row) == app.menu.size.width
                    checked += 1
    assert checked > 50


async def test_of_a_long_path_the_name_stays_in_view() -> None:
    app = Screen()
    async with app.run_test(size=(40, 12)) as pilot:
        app.menu.show(items("very/long/folders/without/end/and/more/of/them/name.py"))
        await pilot.pause()
        assert app.rows()[0].rstrip().endswith("/of/them/name.py")
        assert app.rows()[0].startswith("❯ …")


async def test_what_is_said_beside_the_labels_begins_at_one_place() -> None:
    app = Screen()
    async with app.run_test(size=(100, 24)) as pilot:
        app.menu.show(command_items(COMMANDS, ""))
        await pilot.pause()
        said = {command.usage: command.does for command in COMMANDS}
        places = {
            row.index(does) for row in app.rows() for usage, does in said.items() if row[2:].startswith(f"{usage} ")
        }
        assert len(places) == 1


def test_each_character_is_shown_as_an_approval_would_reveal_it() -> None:
    written = {"\n": "␊", "\t": "␉"}
    for code in (*range(0x250), 0x200B, 0x202E, 0x2066, 0xFEFF, 0xE0001):
        letter = chr(code)
        assert shown(f"a{letter}b") == f"a{written.get(letter, revealed(letter))}b"
