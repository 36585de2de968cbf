import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from textual.pilot import Pilot

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import Envelope, RunCompleted
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.view.app import ViewApp
from heartbit_tui.tui.view.client import Replay
from heartbit_tui.tui.view.player import Player
from tests.tui.snapshots.conftest import Keep
from tests.tui.snapshots.script import USAGE
from tests.tui.snapshots.shown import shown
from tests.tui.snapshots.stage import AGENT, AT, NOW, PROJECT, STARTED, Pose, Still
from tests.tui.snapshots.test_guarded import guarded_run
from tests.tui.view.streams import ABOUT, log


async def test_a_replay(pose: Pose, keep: Keep) -> None:
    async with replayed(pose) as (app, pilot):
        await pilot.press(*["right"] * 9, "plus")
        await shot(app, pilot, keep, "replay")
        await pilot.press("end")
        await shot(app, pilot, keep, "replay-at-its-end")


async def test_a_replay_shows_where_guardrails_stepped_in(pose: Pose, keep: Keep) -> None:
    events = (STARTED, *guarded_run(), RunCompleted(total_usage=USAGE, tool_calls_made=3))
    envelopes = [
        Envelope(seq=seq, at=AT + timedelta(seconds=seq), session="s-1", run="r", agent=AGENT, event=event)
        for seq, event in enumerate(events, 1)
    ]
    async with replayed(pose, envelopes) as (app, pilot):
        await pilot.press("end")
        await shot(app, pilot, keep, "replay-guarded")


@asynccontextmanager
async def replayed(
    pose: Pose, envelopes: Sequence[Envelope] | None = None
) -> AsyncGenerator[tuple[ViewApp, Pilot[int]]]:
    """A replay of these envelopes, or of a short run, paused at its beginning."""
    player = Player(envelopes or log(), playing=False)
    replay = Replay(player, lambda: 0.0, ABOUT)

    @asynccontextmanager
    async def connected(_: Options) -> AsyncGenerator[Client]:
        yield replay

    setup = Setup(
        options=Options(cwd=Path(PROJECT), environment={"HOME": "/home/you"}, surface="tui", demo=True),
        keymap=keymap(),
        theme=load(pose.theme),
        wishes=Wishes(theme=pose.theme),
        history=HistoryFile(None),
    )
    async with asyncio.TaskGroup() as tasks:
        talks = Talks(connected, Pace(lambda: 0.0), tasks)
        talk = talks.open(setup.options)
        app = ViewApp(setup, talks, player, replay)
        app.activity = Still(app.ink, now=lambda: NOW)
        async with app.run_test(size=(pose.columns, pose.rows)) as pilot:
            while app.live is None or not talk.client:
                await pilot.pause()
            yield app, pilot
        talk.leave()


async def shot(app: ViewApp, pilot: Pilot[int], keep: Keep, name: str) -> None:
    for _ in range(4):
        await pilot.pause()
    keep(name, shown(app, name))
