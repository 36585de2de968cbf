"""Somebody types while a sheet opens: whatever the letters are, nothing is allowed and none of them is lost."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import ApprovalDecision, ApprovalRequested, RunStarted
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.live import Live
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.load import load
from tests.samples import samples
from tests.tui.snapshots.stage import Told

BURSTS = samples(200, 50)
TURNS = 2_000
"""How often the application gets a turn until something is given up."""

LETTERS = "yyysssaaannneettff1234 xyz"
AGENT = "heartbit"
PROJECT = Path("/home/you/project")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """The application over a session that tells what it is told to tell."""

    def __init__(self, app: HeartbitApp, pilot: Pilot[int], client: Told, clock: Clock) -> None:
        self.app, self.client, self.clock = app, client, clock
        self._pilot = pilot

    async def rest(self) -> None:
        """Let everything happen that is on its way."""
        await self._pilot.pause()
        await self._pilot.pause()

    async def ask(self, id: str, *, seen: bool = True) -> None:
        """A call waits for the person, and is `seen`, or only about to be."""
        call = ToolCall(id=f"c{id}", name="bash", input={"command": "rm -r build"})
        asked = ApprovalRequested(turn=1, tool_names=("bash",), id=id, call=call, proposal="bash(rm -r build)")
        await self.client.tell([asked], AGENT)
        await self.until(lambda: self.app.living.sheet.display)
        if seen:
            await self.rest()

    async def settle(self, id: str) -> None:
        """It is decided elsewhere."""
        await self.client.tell([ApprovalDecision(turn=1, approved=False, id=id, tool_call_id=f"c{id}")], AGENT)
        await self.until(lambda: not self.app.living.sheet.display and self.app.draft.has_focus)

    async def press(self, letter: str) -> None:
        """Press a key, and let it be heard."""
        heard = len(self.app.draft.text) + 1
        self.app.post_message(events.Key("space" if letter == " " else letter, letter))
        await self.until(lambda: len(self.app.draft.text) == heard)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Give way until this holds, as long as it takes a busy application."""
        for _ in range(TURNS):
            if holds():
                return
            await asyncio.sleep(0)


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    """The application with a run that goes on."""
    clock, client = Clock(), Told()
    setup = Setup(
        options=Options(cwd=PROJECT, environment={"HOME": "/home/you"}, surface="tui", demo=True),
        keymap=keymap(),
        theme=load("heartbit"),
        wishes=Wishes(),
        history=HistoryFile(None),
    )

    @asynccontextmanager
    async def connected(_: Options) -> AsyncGenerator[Client]:
        yield client

    async with asyncio.TaskGroup() as tasks:

        async def load_live(app: HeartbitApp) -> Live:
            talks = Talks(connected, Pace(lambda: 0.0), tasks)
            talks.open(setup.options)
            live = Live(app, setup, talks)
            live.sheet = Sheet(app.ink, cwd=str(PROJECT), clock=clock)
            return live

        app = HeartbitApp(setup.theme, load_live)
        async with app.run_test(size=(70, 24)) as pilot:
            while app.live is None or app.talk.client is None or not app.live.sheet.is_mounted:
                await pilot.pause()
            opened = Desk(app, pilot, client, clock)
            await client.tell([RunStarted(task="x")], AGENT)
            await opened.rest()
            yield opened
            app.living.leave()


@pytest.mark.slow
@pytest.mark.security("K43")
async def test_200_random_bursts_around_the_opening_of_a_sheet_grant_nothing_and_lose_nothing() -> None:
    dice = random.Random(3)
    async with desk() as at:
        for number in range(BURSTS):
            at.clock.now += 10.0
            at.app.draft.set_text("")
            at.app.talk.book.clear()
            letters = "x" + "".join(dice.choice(LETTERS) for _ in range(dice.randint(2, 9)))
            opens = dice.randint(1, len(letters))
            for place, letter in enumerate(letters):
                if place == opens:
                    await at.ask(str(number), seen=dice.random() < 0.5)
                at.clock.now += dice.random() * 0.34
                await at.press(letter)
            if opens == len(letters):
                await at.ask(str(number))
            assert at.app.draft.text == letters, letters
            assert not [op for op in at.client.sent if isinstance(op, Decide)], letters
            await at.settle(str(number))


async def test_after_a_pause_a_key_counts() -> None:
    async with desk() as at:
        await at.ask("a")
        at.clock.now += 0.36
        await at.press("y")
        await at.rest()
        assert [op for op in at.client.sent if isinstance(op, Decide)] == [Decide(id="a", allow=True)]


@pytest.mark.parametrize("key", ["ctrl+r", "ctrl+p", "ctrl+s"])
async def test_letters_right_after_a_key_that_opens_something_are_meant_for_it(key: str) -> None:
    async with desk() as at:
        at.app.post_message(events.Key(key, None))
        for letter in "abc":
            at.app.post_message(events.Key(letter, letter))
        await at.rest()
        typed = at.app.draft.text
    assert typed == ""
