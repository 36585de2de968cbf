"""Other agents at work: each in a block of its own and in the colour of its lane, then folded to a line."""

from collections.abc import Iterator

from heartbit_tui.kernel.events import TextDelta
from tests.tui.snapshots.conftest import Keep
from tests.tui.snapshots.stage import Pose, Stage, stage
from tests.tui.snapshots.test_view import replayed, shot
from tests.tui.view.team import Told, begins, goes_on, team


async def told(opened: Stage, events: Iterator[Told]) -> None:
    for agent, event in events:
        await opened.play(event, agent=agent)


async def test_others_at_work(pose: Pose, keep: Keep) -> None:
    async with stage(pose, keep) as opened:
        await told(opened, (each for each in begins() if type(each[1]).__name__ != "SessionStarted"))
        await opened.play(TextDelta(text="The rhythm is told in three parts, of which"), agent="reader")
        await opened.shot("working")
        await told(opened, goes_on())
        await opened.shot("done")
        opened.app.talk.book.fold_all(open=True)
        opened.app.chat.changed()
        await opened.shot("opened")


async def test_a_replay_of_many_agents(pose: Pose, keep: Keep) -> None:
    async with replayed(pose, team()) as (app, pilot):
        await pilot.press("n")
        await shot(app, pilot, keep, "replay-lanes")
        await pilot.press("slash", *"tester", "enter", "end")
        await shot(app, pilot, keep, "replay-lanes-filtered")
