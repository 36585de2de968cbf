import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.pilot import Pilot

from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Op
from heartbit_tui.tui.sheets.full import Full
from heartbit_tui.tui.sheets.waiting import Request
from tests.tui.sheets.made import DIFF, Desk, approval, change, question

LONG = {"command": "\n".join(f"echo {number}" for number in range(60))}


@asynccontextmanager
async def desk(
    *requests: Request, size: tuple[int, int] = (120, 40), ready: bool = True
) -> AsyncGenerator[tuple[Desk, Pilot[None]]]:
    """An app in which requests wait, after the grace or (not `ready`) at its beginning."""
    app = Desk()
    async with app.run_test(size=size) as pilot:
        for request in requests:
            app.sheet.open(request)
        await pilot.pause()
        await pilot.pause()
        if ready:
            app.clock.later()
        yield app, pilot


def shown(app: Desk) -> list[str]:
    """The rows of the sheet."""
    strips = app.sheet.render_lines(app.sheet.size.region)
    return [strip.text.rstrip() for strip in strips]


async def pressed(keys: tuple[str, ...], *requests: Request, size: tuple[int, int] = (120, 40)) -> list[Op]:
    async with desk(*requests, size=size) as (app, pilot):
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        return app.sent


@pytest.mark.parametrize(
    ("keys", "ops"),
    [
        (("y",), [Decide(id="a", allow=True)]),
        (("2",), [Decide(id="a", allow=True, scope="session")]),
        (("a", "enter"), [Decide(id="a", allow=True, scope="project", pattern="bash(ls -l)")]),
        (("3", "backspace", "a", ")", "enter"), [Decide(id="a", allow=True, scope="project", pattern="bash(ls -la)")]),
        (("n",), [Decide(id="a", allow=False)]),
        (("tab", "n", "o", "space", "y", "enter"), [Decide(id="a", allow=False, note="no y")]),
        (("escape",), [Decide(id="a", allow=False), Interrupt()]),
        (("right", "right", "enter"), [Decide(id="a", allow=True, scope="session")]),
        (("enter",), []),
        (("y", "y"), [Decide(id="a", allow=True)]),
        (("t", "ctrl+e", "y"), [Decide(id="a", allow=True)]),
        (("f", "y"), [Decide(id="a", allow=True)]),
        (("f", "e", "x", "enter"), [Decide(id="a", allow=False, note="x")]),
        (("f", "f", "n"), [Decide(id="a", allow=False)]),
    ],
)
async def test_each_key_does_in_the_app_what_it_says(keys: tuple[str, ...], ops: list[Op]) -> None:
    assert await pressed(keys, approval()) == ops


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        (("2",), (("PostgreSQL",),)),
        (("down", "enter"), (("SQLite",),)),
        (("w", "o", "k", "enter"), (("ok",),)),
        (("escape",), ()),
    ],
)
async def test_a_question_is_answered_in_the_app(keys: tuple[str, ...], answers: tuple[tuple[str, ...], ...]) -> None:
    assert await pressed(keys, question()) == [Answer(id="q", answers=answers)]


async def test_the_sheet_comes_and_goes_with_what_waits() -> None:
    async with desk(approval("a"), approval("b")) as (app, pilot):
        assert (app.happened, app.sheet.display) == (["opened"], True)
        app.sheet.close("a")
        app.sheet.close("b")
        await pilot.pause()
        assert (app.happened, app.sheet.display) == (["opened", "emptied"], False)
        app.sheet.open(question())
        app.sheet.swap(app.sheet.dialog.another())
        await pilot.pause()
        assert (app.happened[2:], app.sheet.waiting) == (["opened", "emptied"], None)


async def test_a_letter_within_the_grace_goes_to_the_draft_and_each_one_restarts_the_clock() -> None:
    async with desk(approval(), ready=False) as (app, pilot):
        for letter in "yes, anyway":
            app.clock.later(0.3)
            await pilot.press(letter if letter != " " else "space")
        assert (app.sent, app.typed) == ([], "yes, anyway")
        app.sheet.drafted("yes, anyway")
        await pilot.pause()
        assert "your draft" in shown(app)[-1]
        assert shown(app)[-1].endswith("❯ yes, anyway")
        app.clock.later(0.36)
        await pilot.press("y")
        assert app.sent == [Decide(id="a", allow=True)]


async def test_a_letter_that_means_nothing_goes_to_the_draft_with_all_that_follow_at_once() -> None:
    async with desk(approval()) as (app, pilot):
        await pilot.press(*"hi yasn")
        assert (app.sent, app.typed) == ([], "hi yasn")


@pytest.mark.security("P13", n=200)
async def test_no_burst_of_keys_within_300_ms_grants_anything() -> None:
    chance = random.Random(17)
    keys = ["y", "1", "s", "2", "a", "3", "enter", "right", "down", "tab", "space", "Y", "f", "t"]
    async with desk() as (app, pilot):
        pressed = 0
        for burst in range(200):
            app.sheet.open(chance.choice([approval(f"a{burst}"), change(f"a{burst}")]))
            assert app.sheet.waiting is not None
            app.sheet.shown(app.sheet.waiting.ticket)
            until = app.clock.now + 0.3
            while app.clock.now < until:
                key = chance.choice(keys)
                app.sheet.takes(key, key if len(key) == 1 else None, app.clock.now)
                app.clock.later(chance.random() * 0.05)
                pressed += 1
            app.sheet.close(f"a{burst}")
            app.clock.later()
        await pilot.pause()
        assert [op for op in app.sent if isinstance(op, Decide) and op.allow] == []
        assert pressed > 1000


async def test_a_key_pressed_before_the_request_was_drawn_does_not_answer_it() -> None:
    async with desk() as (app, pilot):
        app.sheet.open(approval())
        assert app.sheet.takes("y", "y", app.clock.now + 5) is False
        await pilot.pause()
        assert app.sent == []


async def test_the_next_request_is_not_answered_by_a_key_that_is_held() -> None:
    async with desk(approval("a"), approval("b"), approval("c")) as (app, pilot):
        for _ in range(30):
            await pilot.press("y")
            app.clock.later(0.03)
        assert (app.sent, app.typed) == ([Decide(id="a", allow=True)], "")
        app.clock.later()
        await pilot.press("n")
        await pilot.pause()
        assert app.sent == [Decide(id="a", allow=True), Decide(id="b", allow=False)]
        assert "3 of 3" in shown(app)[0]


async def test_a_key_that_answered_the_last_request_and_comes_twice_is_kept_from_the_draft() -> None:
    async with desk(approval()) as (app, _):
        now = app.clock.now
        assert [app.sheet.takes("y", "y", now + 0.05 * turn) for turn in range(3)] == [True] * 3
        assert app.sheet.takes("o", "o", now + 0.2) is False


async def test_a_request_settled_elsewhere_is_not_answered_by_the_key_that_was_meant_for_it() -> None:
    async with desk(approval("a"), approval("b")) as (app, pilot):
        app.sheet.close("a")
        await pilot.press("y")
        assert (app.sent, app.typed) == ([], "y")


async def test_a_window_that_comes_to_the_front_begins_the_grace_anew() -> None:
    async with desk(approval()) as (app, pilot):
        app.app_focus = False
        app.app_focus = True
        await pilot.pause()
        await pilot.press("y")
        await pilot.click(app.sheet, offset=(3, app.sheet.size.height - 2))
        assert app.sent == []
        app.clock.later()
        await pilot.press("n")
        assert app.sent == [Decide(id="a", allow=False)]


async def test_a_click_takes_the_choice_under_it_but_not_within_the_grace() -> None:
    async with desk(approval(), ready=False) as (app, pilot):
        row = next(y for y, text in enumerate(shown(app)) if "Yes, once" in text)
        cell = shown(app)[row].index("Yes, this session")
        await pilot.click(app.sheet, offset=(cell, row))
        assert app.sent == []
        app.clock.later()
        await pilot.click(app.sheet, offset=(0, row))
        assert app.sent == []
        await pilot.click(app.sheet, offset=(cell, row))
        assert app.sent == [Decide(id="a", allow=True, scope="session")]


async def test_a_click_chooses_an_option_of_a_question() -> None:
    async with desk(question()) as (app, pilot):
        row = next(y for y, text in enumerate(shown(app)) if "PostgreSQL" in text)
        await pilot.click(app.sheet, offset=(60, row))
        assert app.sent == [Answer(id="q", answers=(("PostgreSQL",),))]


async def test_what_does_not_fit_says_how_much_and_scrolls_with_the_end_in_view() -> None:
    async with desk(approval(input=LONG)) as (app, pilot):
        assert app.sheet.size.height == 20
        rows = shown(app)
        assert any("more lines" in row for row in rows)
        assert "  echo 59" in [row[2:] for row in rows]
        for key in ("pagedown", "down", "up", "pageup", "pagedown"):
            await pilot.press(key)
        assert shown(app) != rows
        for _ in range(10):
            await pilot.press("pagedown")
        assert any("lines above" in row and "more" not in row for row in shown(app))
        assert app.sent == []


async def test_a_pasted_text_is_written_into_the_line_and_never_presses_keys() -> None:
    async with desk(approval()) as (app, pilot):
        app.sheet.post_message(events.Paste("y\ny"))
        await pilot.press("e")
        app.sheet.post_message(events.Paste("use\nmake"))
        await pilot.press("enter")
        assert app.sent == [Decide(id="a", allow=False, note="use make")]


@pytest.mark.parametrize("request_", [approval(input=LONG), change(), question(count=2), approval(proposal="")])
async def test_the_sheet_fits_every_size_of_screen_while_it_is_open(request_: Request) -> None:
    async with desk(request_) as (app, pilot):
        for size in ((120, 40), (80, 24), (40, 10), (20, 5), (1, 1), (200, 60), (40, 10)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            app.sheet.refresh(layout=True)
            await pilot.pause()
            assert app.sheet.size.height <= max(size[1] // 2, 8)
            assert max((len(row) for row in shown(app)), default=0) <= size[0]
        app.clock.later()
        await pilot.press("escape")
        assert app.sent


async def test_a_diff_takes_the_whole_of_a_short_screen_at_once() -> None:
    async with desk(change(), size=(80, 23)) as (app, pilot):
        assert isinstance(app.screen, Full)
        await pilot.press("pagedown", "t", "y")
        await pilot.pause()
        assert app.sent == [Decide(id="a", allow=True)]
        assert not isinstance(app.screen, Full)
    async with desk(change(), size=(80, 24)) as (app, _):
        assert not isinstance(app.screen, Full)


async def test_escape_leaves_the_full_screen_before_it_refuses() -> None:
    async with desk(change()) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, Full)
        await pilot.press("escape")
        await pilot.pause()
        assert (isinstance(app.screen, Full), app.sent) == (False, [])
        app.clock.later()
        await pilot.press("escape")
        assert app.sent == [Decide(id="a", allow=False), Interrupt()]


async def test_the_full_screen_goes_when_its_request_is_settled_elsewhere() -> None:
    async with desk(change("a"), approval("b")) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        app.sheet.close("a")
        await pilot.pause()
        await pilot.pause()
        assert not isinstance(app.screen, Full)
        await pilot.press("y")
        assert app.sent == []


async def test_no_burst_grants_on_the_full_screen_either() -> None:
    async with desk(change(), size=(80, 20), ready=False) as (app, pilot):
        assert isinstance(app.screen, Full)
        for key in "y1s2a3yyy":
            await pilot.press(key)
            app.clock.later(0.03)
        assert [op for op in app.sent if isinstance(op, Decide) and op.allow] == []


async def test_the_sheet_is_a_single_widget() -> None:
    async with desk(question(count=3)) as (app, _):
        assert list(app.sheet.query("*")) == []


async def test_two_columns_are_shown_where_there_is_room() -> None:
    async with desk(change()) as (app, pilot):
        one = shown(app)
        await pilot.press("t")
        await pilot.pause()
        assert len(shown(app)) < len(one)
        assert "one column" in shown(app)[-1]
        assert DIFF.count("\n") < 20
