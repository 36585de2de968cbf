"""A list is filtered, walked through, acted on and left with keys and mouse, whatever its size and its rows."""

import asyncio
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.keys.overrides import parse
from heartbit_tui.tui.lines.setting import wrapped
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Listing, Load, Name, Press, Row, Take
from tests.stopwatch import Stopwatch
from tests.tui.picker.board import Board, ink, said, seen, settled

HOSTILE = (
    "[bold]not bold[/bold] [/] [@click=app.quit]x[/]",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "日本語の題" * 20,
    "e\u0301\u202eevil\u202c",
    "a\nb\tc",
    "",
    "x" * 20_000,
    "🧑‍🤝‍🧑 family",
    "\ud800 half",
)


def numbered(count: int) -> list[Row[int]]:
    return [Row(key=number, title=f"row number {number}") for number in range(count)]


def board(listing: Listing[int], text: str = "") -> Board[int]:
    live = keymap(overrides=parse(text, "keymap.toml"))
    return Board(lambda: Picker(listing, live, ink()))


def picker(pilot: Pilot[None]) -> Picker[int]:
    screen = pilot.app.screen
    assert isinstance(screen, Picker)
    return screen


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (("enter",), 0),
        (("down", "down", "enter"), 2),
        (("up", "enter"), 29),
        (("end", "enter"), 29),
        (("end", "down", "enter"), 0),
        (("pagedown", "pageup", "enter"), 0),
        (("end", "home", "down", "enter"), 1),
        (("2", "7", "enter"), 27),
        (("2", "7", "backspace", "enter"), 2),
        (("2", "ctrl+c", "enter"), 0),
        (("escape",), None),
        (("ctrl+c",), None),
        (("z", "z", "enter", "escape"), None),
    ],
)
async def test_keys_choose_a_row_or_leave(keys: tuple[str, ...], chosen: int | None) -> None:
    app = board(Listing(title="Rows", rows=numbered(30)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)
    assert app.results == [chosen]


async def test_the_live_keymap_moves_and_leaves() -> None:
    app = board(Listing(title="Rows", rows=numbered(30)), '[list]\nrow-after = "ctrl+n"\n')
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("down", "ctrl+n", "ctrl+n", "enter")
        await settled(pilot)
    assert app.results == [2]


async def test_counts_status_and_keys_are_told() -> None:
    app = board(Listing(title="Rows", rows=numbered(340), verb="open", status=lambda: "all folders"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        whole = seen(app)
        await pilot.press("3", "3")
        await settled(pilot)
        part = seen(app)
    assert "─ Rows ─" in whole[3]
    assert "all folders" in whole[4]
    assert "Enter open   Esc close" in whole[35]
    assert " 340 ─" in whole[36]
    assert " 13 of 340 ─" in part[36]


async def test_nothing_that_answers_is_said_in_a_sentence() -> None:
    app = board(Listing(title="Rows", rows=(), empty="No session of this folder yet."))
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "No session of this folder yet." in said(app)
    app = board(Listing(title="Rows", rows=numbered(3)))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("[", "z", "]")
        await settled(pilot)
        assert "Nothing answers “[z]”." in said(app)


async def test_the_cursor_begins_where_it_is_wanted_and_headings_stay_in_view() -> None:
    rows = [Row(key=n, title=f"row {n}", group="first" if n < 50 else "second") for n in range(100)]
    app = board(Listing(title="Rows", rows=rows, start=70))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "row 70" in said(app)
        await pilot.press("home")
        await settled(pilot)
        assert "first" in said(app)
        await pilot.press("pagedown", "pagedown", "pagedown", "up", "up", "up", "up")
        await settled(pilot)
        assert "second" in said(app)
        await pilot.press("enter")
        await settled(pilot)
    assert app.results == [50]


@pytest.mark.parametrize("size", [(20, 5), (3, 3), (40, 10), (79, 23), (80, 24), (120, 40), (250, 70)])
async def test_hostile_rows_are_shown_at_every_size(size: tuple[int, int]) -> None:
    rows = [
        Row(
            key=n,
            title=text,
            note=text,
            group=text,
            meta=((text, "ok"), (text, "muted")),
            lead=(text, "text"),
            also=text,
        )
        for n, text in enumerate(HOSTILE)
    ]
    listing = Listing(
        title="Rows [b]",
        rows=rows,
        status=lambda: HOSTILE[0],
        extras=(Confirm(action="delete-row", title="delete", asks=lambda key: HOSTILE[key], act=lambda _: HOSTILE[0]),),
        preview=lambda key, look: wrapped([("told", look.ink.text)], look.width),
    )
    app = board(listing)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("down", "ctrl+d", "x", "end", "ctrl+d", "y", "[", "b")
        await settled(pilot)
        text = said(app)
        await pilot.press("escape")
        await settled(pilot)
    assert not {"\x1b", "\x9b", "\u202e", "\x07", "\ud800"} & set(text)
    assert app.results == [None]


@pytest.mark.slow
async def test_a_screen_that_changes_its_size_keeps_the_cursor_in_view() -> None:
    app = board(Listing(title="Rows", rows=numbered(500), start=300))
    async with app.run_test(size=(120, 40)) as pilot:
        for size in ((60, 12), (20, 5), (200, 60)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert "row number 300"[: max(size[0] - 8, 1)] in said(app)


async def test_a_click_puts_the_cursor_on_a_row_and_a_second_one_chooses_it() -> None:
    app = board(Listing(title="Rows", rows=numbered(30)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.click("#rows", offset=(10, 4))
        await settled(pilot)
        assert (app.results, picker(pilot).row) == ([], Row(key=4, title="row number 4"))
        await pilot.click("#rows", offset=(10, 4))
        await settled(pilot)
    assert app.results == [4]


async def test_what_a_row_tells_stands_beside_it_where_there_is_room() -> None:
    listing = Listing(
        title="Rows",
        rows=numbered(3),
        preview=lambda key, look: wrapped([(f"all of {key}", look.ink.text)], look.width),
    )
    for width, shown in ((120, True), (90, False)):
        app = board(listing)
        async with app.run_test(size=(width, 40)) as pilot:
            await settled(pilot)
            await pilot.press("down")
            await settled(pilot)
            assert ("all of 1" in said(app)) is shown


async def test_a_question_is_answered_by_y_alone() -> None:
    gone: list[int] = []
    rows = numbered(5)

    async def load(_: str) -> Sequence[Row[int]]:
        return [row for row in rows if row.key not in gone]

    async def delete(key: int) -> str:
        gone.append(key)
        return "Deleted."

    extra = Confirm(action="delete-row", title="delete", asks=lambda key: f"Delete {key} for good?", act=delete)
    app = board(Listing(title="Rows", rows=load, extras=(extra,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for answer in ("n", "escape", "enter", "ctrl+c", "Y"):
            await pilot.press("down", "ctrl+d")
            await settled(pilot)
            assert "Delete" in said(app)
            await pilot.press(answer)
            await settled(pilot)
        assert gone == []
        await pilot.press("home", "down", "ctrl+d", "y")
        await settled(pilot)
        assert (gone, "Deleted." in said(app), picker(pilot).row) == ([1], True, rows[0])
    assert app.results == []


async def test_words_are_typed_taken_or_left() -> None:
    named: list[tuple[int, str]] = []

    def rename(key: int, words: str) -> str:
        named.append((key, words))
        return "Renamed."

    extra = Name(action="rename-row", title="rename", asks="take the title", words=lambda key: f"old {key}", act=rename)
    app = board(Listing(title="Rows", rows=numbered(5), extras=(extra,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("3", "ctrl+r", "!", "down", "escape")
        await settled(pilot)
        assert (named, picker(pilot).row) == ([], Row(key=3, title="row number 3"))
        await pilot.press("ctrl+r", "!")
        await settled(pilot)
        assert "❯ old 3!" in said(app)
        await pilot.press("enter")
        await settled(pilot)
        assert (named, "❯ 3" in said(app), "Renamed." in said(app)) == ([(3, "old 3!")], True, True)
        await pilot.press("ctrl+r", "ctrl+u", "enter")
        await settled(pilot)
    assert len(named) == 1


async def test_what_goes_wrong_is_told_below_the_list() -> None:
    def fail(_: int | None) -> str:
        raise HeartbitError("[b]The disk is full. Free some space.")

    async def broken(_: str) -> Sequence[Row[int]]:
        raise OSError("The session file is gone.")

    app = board(Listing(title="Rows", rows=numbered(2), extras=(Press(action="export-row", title="export", act=fail),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+e")
        await settled(pilot)
        assert "[b]The disk is full. Free some space." in said(app)
    app = board(Listing(title="Rows", rows=broken))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "The session file is gone." in said(app)


async def test_another_key_chooses_with_another_result() -> None:
    extra: Take[int] = Take(action="fork-row", title="copy", result=lambda key: key + 1000)
    app = board(Listing(title="Rows", rows=numbered(5), extras=(extra,)))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("down", "ctrl+f")
        await settled(pilot)
    assert app.results == [1001]


async def test_only_the_newest_of_what_was_typed_is_asked_for_and_shown() -> None:
    asked: list[str] = []
    gate = asyncio.Event()

    async def load(query: str) -> Sequence[Row[int]]:
        asked.append(query)
        if query == "a":
            await gate.wait()
        return [Row(key=len(query), title=f"found {query}")]

    app = board(Listing(title="Rows", rows=load))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("a", "b", "c", "d")
        gate.set()
        await settled(pilot)
        assert (asked, "found abcd" in said(app), "found a " in said(app)) == (["", "a", "abcd"], True, False)


async def test_ten_thousand_rows_open_as_fast_as_ten() -> None:
    load: Sequence[Row[int]] | Load[int] = numbered(10_000)
    app = board(Listing(title="Rows", rows=numbered(10)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        took: dict[int, float] = {}
        for count, rows in ((10, numbered(10)), (10_000, load)):
            watch = Stopwatch()
            await app.push_screen(Picker(Listing(title="Rows", rows=rows), keymap(), ink()))
            await pilot.pause()
            took[count] = watch.unhindered
            assert "row number 0" in said(app)
        assert took[10_000] < took[10] + 0.25
        assert len(app.screen.query("*")) < 20
        panes = app.screen.query(Pane)
        await pilot.press("end")
        await settled(pilot)
        assert "row number 9999" in said(app)
        assert len(panes) == 1


async def test_enter_before_the_rows_are_there_takes_the_first_of_those_that_answer_what_was_typed() -> None:
    gate = asyncio.Event()

    async def rows(query: str) -> Sequence[Row[int]]:
        if query:
            await gate.wait()
        return [row for row in numbered(30) if query in row.title]

    app = board(Listing(title="List", rows=rows))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("2", "7", "enter")
        assert app.results == []
        gate.set()
        await settled(pilot)
    assert app.results == [27]
