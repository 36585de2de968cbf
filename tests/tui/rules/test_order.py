"""Esc and Ctrl+C do one thing at a time, in the order of the design; modes and following as it says."""

import re
from pathlib import Path

import pytest
from textual import events

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Event,
    ModeChanged,
    RunStarted,
    TextDelta,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, user
from heartbit_tui.kernel.ops import Interrupt, Mode, SetMode
from tests.tui.rules.stage import Stage, staged

RUNS = (RunStarted(task="x"), UserMessage(message=user("x")), TextDelta(text="I am "))
LONG: tuple[Event, ...] = (
    UserMessage(message=user("hello")),
    AssistantMessage(message=Assistant(content=(Text(text="\n\n".join(f"line {n}" for n in range(200))),))),
)


def interrupts(stage: Stage) -> int:
    return sum(isinstance(op, Interrupt) for op in stage.client.ops)


async def test_escape_closes_the_menu_then_the_panel_over_the_chat_then_stops_the_run(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.told(*RUNS)
        await stage.press("ctrl+t")
        await stage.pilot.press("/")
        await stage.until(lambda: stage.app.living.menu.is_open)
        assert stage.app.living.side.display
        await stage.press("escape")
        assert not stage.app.living.menu.is_open
        assert stage.app.living.side.display
        assert interrupts(stage) == 0
        await stage.press("escape")
        assert not stage.app.living.side.display
        assert interrupts(stage) == 0
        assert stage.app.draft.text == "/"
        await stage.press("escape")
        assert interrupts(stage) == 1
        assert stage.app.draft.text == "/"


async def test_no_menu_lies_over_what_has_to_be_decided_and_it_is_there_again_after_that(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(*RUNS)
        menu, sheet = stage.app.living.menu, stage.app.living.sheet
        await stage.pilot.press("/")
        await stage.until(lambda: menu.is_open)
        call = ToolCall(id="c", name="bash", input={"command": "make"})
        await stage.told(ApprovalRequested(turn=1, tool_names=("bash",), id="c", call=call))
        await stage.until(lambda: sheet.waiting is not None and not menu.is_open)
        stage.app.draft.set_text("/h")
        await stage.settled()
        assert not menu.is_open
        await stage.told(ApprovalDecision(turn=1, approved=True, id="c", tool_call_id="c"))
        await stage.until(lambda: sheet.waiting is None and menu.is_open)


async def test_escape_leaves_a_screen_before_it_stops_the_run(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(*RUNS)
        for key in ("ctrl+o", "ctrl+p", "f1", "alt+p"):
            await stage.press(key)
            assert len(stage.app.screen_stack) == 2, key
            await stage.press("escape")
            await stage.until(lambda: len(stage.app.screen_stack) == 1)
        assert interrupts(stage) == 0


async def test_escape_twice_goes_back_only_when_idle_with_an_empty_draft(tmp_path: Path) -> None:
    async with staged(tmp_path, history=LONG) as stage:
        stage.app.draft.set_text("half")
        await stage.press("escape", "escape")
        assert len(stage.app.screen_stack) == 1
        assert stage.app.draft.text == "half"
        stage.app.draft.set_text("")
        await stage.settled()
        await stage.press("escape")
        assert len(stage.app.screen_stack) == 1
        await stage.press("escape")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)


async def test_ctrl_c_clears_the_draft_then_stops_the_run_and_leaves_only_twice_and_idle(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(*RUNS)
        stage.app.draft.set_text("half")
        await stage.press("ctrl+c")
        assert (stage.app.draft.text, interrupts(stage)) == ("", 0)
        await stage.press("ctrl+c")
        assert interrupts(stage) == 1
        assert stage.app.return_code is None


async def test_ctrl_c_once_says_what_the_second_does(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+c")
        assert "Ctrl+C once more leaves" in "\n".join(stage.shown)
        await stage.press("a")
        await stage.press("ctrl+c")
        await stage.press("ctrl+c")
        assert stage.app.return_code is None
        await stage.pilot.press("ctrl+c")
        await stage.until(lambda: stage.app.return_code == 0)


@pytest.mark.parametrize("keys", [("pageup",), ("ctrl+home",), ("alt+up",)])
async def test_going_up_stops_following_and_the_end_begins_it(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with staged(tmp_path, history=LONG, size=(100, 24)) as stage:
        assert stage.app.chat.following
        await stage.press(*keys)
        assert not stage.app.chat.following
        before = stage.shown[3]
        await stage.told(*RUNS, TextDelta(text="more\n\n" * 50))
        assert stage.shown[3] == before
        assert "new  ↓" in "\n".join(stage.shown)
        await stage.press("ctrl+end")
        assert stage.app.chat.following
        assert "new  ↓" not in "\n".join(stage.shown)


async def test_a_wheel_turned_up_stops_following_and_a_click_on_the_badge_returns(tmp_path: Path) -> None:
    async with staged(tmp_path, history=LONG, size=(80, 24)) as stage:
        stage.app.chat.scroll(-3)
        await stage.settled()
        await stage.told(*RUNS, TextDelta(text="more\n\n" * 50))
        row, cell = next((y, line.index("new  ↓")) for y, line in enumerate(stage.shown) if "new  ↓" in line)
        await stage.pilot.click(offset=(cell, row))
        await stage.settled()
        assert stage.app.chat.following


async def test_shift_tab_goes_through_the_modes_and_the_border_tells_each(tmp_path: Path) -> None:
    seen: list[str] = []
    async with staged(tmp_path) as stage:
        for _ in range(3):
            await stage.press("shift+tab")
            op = stage.client.ops[-1]
            assert isinstance(op, SetMode)
            await stage.told(ModeChanged(mode=op.mode))
            seen.append(op.mode)
            assert f"─ {op.mode} ─" in "\n".join(stage.shown)
    assert seen == [Mode.ACCEPT_EDITS, Mode.PLAN, Mode.ASK]


async def test_yolo_is_never_reached_by_a_key_or_a_command(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.act("mode", "yolo")
        await stage.press(*["shift+tab"] * 8)
        assert all(op.mode is not Mode.YOLO for op in stage.client.ops if isinstance(op, SetMode))


async def test_a_half_typed_draft_outlives_every_screen(tmp_path: Path) -> None:
    async with staged(tmp_path, history=LONG) as stage:
        stage.app.draft.set_text("half a thought")
        for key in (
            "ctrl+o",
            "ctrl+p",
            "f1",
            "ctrl+s",
            "alt+p",
            "ctrl+t",
            "f6",
            "f6",
            "ctrl+l",
            "pageup",
            "alt+2",
            "alt+1",
        ):
            await stage.press(key)
            await stage.back()
        assert stage.app.draft.text == "half a thought"


async def test_no_color_leaves_all_colours_out(tmp_path: Path) -> None:
    async with staged(tmp_path, history=LONG, environment={"NO_COLOR": "1"}) as stage:
        stage.said.clear()
        await stage.press("ctrl+p", "escape", "f1", "escape")
        told = "".join(stage.said)
        assert told
        assert stage.app.worn.ansi
        assert re.findall(r"\x1b\[[\d;]*[34]8;[25];[\d;]*m", told) == []


async def test_a_small_screen_has_no_scroll_bar_of_its_own(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(20, 5)) as stage:
        await stage.told(*RUNS)
        for size in ((20, 5), (10, 3), (3, 1)):
            await stage.pilot.resize_terminal(*size)
            await stage.settled()
            assert not stage.app.screen.show_vertical_scrollbar
            assert not stage.app.screen.show_horizontal_scrollbar


@pytest.mark.parametrize("times", [1, 2])
async def test_what_is_typed_in_another_pane_is_the_drafts_with_all_that_follows(tmp_path: Path, times: int) -> None:
    async with staged(tmp_path, history=LONG) as stage:
        await stage.press(*["f6"] * times)
        assert not stage.app.draft.has_focus
        await stage.press(*"try dyo")
        assert stage.app.draft.text == "try dyo"
        assert stage.app.draft.has_focus
        await stage.press(*["f6"] * times)
        stage.app.post_message(events.Paste(" pasted"))
        await stage.until(lambda: stage.app.draft.text == "try dyo pasted")


async def test_what_is_pasted_while_a_sheet_asks_is_kept_in_the_draft(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        call = ToolCall(id="c", name="bash", input={"command": "ls"})
        await stage.told(*RUNS, ApprovalRequested(turn=1, tool_names=("bash",), id="a", call=call))
        stage.app.post_message(events.Paste("yyy"))
        await stage.until(lambda: stage.app.draft.text == "yyy")
        assert stage.app.living.sheet.waiting is not None
