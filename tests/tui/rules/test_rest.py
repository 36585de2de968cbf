"""A screen on which nothing happens does nothing: no timer, no byte; and few widgets whatever is open."""

import select
from pathlib import Path

import pytest
from textual.message_pump import MessagePump
from textual.widget import Widget

from heartbit_tui.kernel.events import RunCompleted, RunStarted, TextDelta, UserMessage
from heartbit_tui.kernel.messages import Usage, user
from tests.tui.journeys.application import Application, place
from tests.tui.rules.stage import Stage, staged

MOST = 80
"""Widgets at once (design)."""

QUIET = 2.0
"""Seconds in which an idle screen writes nothing."""

KEYS = ("ctrl+o", "ctrl+p", "f1", "ctrl+s", "alt+p", "ctrl+t", "ctrl+r")
COMMANDS = (
    "status",
    "safety",
    "cost",
    "context",
    "tools",
    "permissions",
    "config",
    "doctor",
    "theme",
    "search",
    "timeline",
    "rewind",
)


def ticking(stage: Stage) -> list[str]:
    """The timers that will fire."""
    pumps: list[MessagePump] = [stage.app, stage.app.screen, *stage.app.screen.walk_children(Widget)]
    timers = [(pump, timer) for pump in pumps for timer in pump._timers]  # pyright: ignore[reportPrivateUsage] - there is no public way to a pump's timers
    return [f"{type(pump).__name__}: {timer.name}" for pump, timer in timers if timer._active.is_set()]  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType] - nor to whether one is paused


async def test_no_timer_ticks_while_nothing_happens(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.until(lambda: ticking(stage) == [])
        await stage.press("a", "backspace", "f6", "f6")
        await stage.until(lambda: ticking(stage) == [])


async def test_a_timer_ticks_while_a_run_is_active_and_no_longer(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.told(RunStarted(task="x"), UserMessage(message=user("x")), TextDelta(text="I am "))
        assert ticking(stage) != []
        await stage.told(RunCompleted(total_usage=Usage(), tool_calls_made=0))
        await stage.until(lambda: ticking(stage) == [])


async def test_no_timer_is_left_by_any_screen_that_was_open(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for key in KEYS[:5]:
            await stage.press(key)
            await stage.back()
        await stage.until(lambda: ticking(stage) == [])


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
async def test_there_are_few_widgets_whatever_is_open(tmp_path: Path, size: tuple[int, int]) -> None:
    counts: dict[str, int] = {}
    async with staged(tmp_path, size=size) as stage:
        for name in (*KEYS, *COMMANDS):
            if name in KEYS:
                await stage.press(name)
            else:
                stage.app.act(name)
                await stage.settled()
            counts[name] = sum(len(list(screen.walk_children(Widget))) + 1 for screen in stage.app.screen_stack)
            await stage.press("escape")
            await stage.back()
    assert {name: count for name, count in counts.items() if count >= MOST} == {}
    assert len(counts) >= 18


def test_an_idle_screen_writes_nothing(tmp_path: Path) -> None:
    with place(tmp_path, "Hello.") as here, here.application() as app:
        app.keys("hi\r")
        app.see("Hello.")
        silent(app)
        app.keys("\x0f")
        silent(app)


def silent(app: Application) -> None:
    """Wait until it is quiet, and see that it stays so."""
    while app._ready(1.0):  # pyright: ignore[reportPrivateUsage] - to wait for silence is no need of others
        app._read()  # pyright: ignore[reportPrivateUsage] - the same
    assert select.select([app._master], [], [], QUIET)[0] == []  # pyright: ignore[reportPrivateUsage] - the same
