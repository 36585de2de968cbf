"""Agents at work: their list, one in a tab of its own, what it is told, how it is stopped."""

from heartbit_tui.kernel.events import (
    ApprovalRequested,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    TextDelta,
)
from heartbit_tui.kernel.messages import ToolCall, Usage
from heartbit_tui.kernel.ops import Interrupt, Steer
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.stage import Stage
from tests.tui.snapshots.test_works import told
from tests.tui.view.team import begins, goes_on

HOSTILE = "a[red]\x1b]0;b\x07 " + "c" * 60
ASKED = ApprovalRequested(
    turn=1,
    tool_names=("bash",),
    id="approval-1",
    call=ToolCall(id="t2", name="bash", input={"command": "rm -r build"}),
    reason="it runs a command",
)


async def at_work(stage: Stage) -> None:
    """Two at work, one that waits, one that was stopped before it began."""
    await told(stage, (each for each in begins() if type(each[1]).__name__ != "SessionStarted"))
    await stage.play(SubAgentsDispatched(agents=("reader", "tester", "writer", HOSTILE)))
    for agent in ("reader", "tester"):
        await stage.play(RunStarted(task=f"{agent}: look at it all"), agent=agent)
    await stage.play(TextDelta(text="The rhythm is told in **three parts**, of which"), agent="reader")
    await stage.play(SubAgentCompleted(success=False, usage=Usage(), stopped="the user"), agent=HOSTILE)


async def test_the_list_of_agents_and_one_followed(opened: Open) -> None:
    async with opened() as stage:
        await at_work(stage)
        await stage.act("agents")
        await stage.until("Agents", "at work")
        await stage.shot("list")
        await stage.press("ctrl+d")
        await stage.shot("stop-asked")
        await stage.press("y")
        await stage.until("is being stopped")
        assert stage.client.sent[-1] == Interrupt(agent="tester")
        await stage.press("up", "ctrl+g", *"short", "enter")
        await stage.until("reads it after")
        assert stage.client.sent[-1] == Steer(text="short", agent="reader")
        await stage.press("enter")
        await stage.until("Words for reader")
        await stage.shot("followed")
        await stage.write("Name the parts.")
        await stage.press("enter")
        assert stage.client.sent[-1] == Steer(text="Name the parts.", agent="reader")
        await stage.shot("steered")
        await stage.play(ASKED, agent="tester")
        await stage.until("Run this command?")
        await stage.shot("another-asks")


async def test_tabs_of_agents_that_ended(opened: Open) -> None:
    async with opened() as stage:
        await at_work(stage)
        for name in ("tester", "writer", HOSTILE, "reader"):
            await stage.act("agents", name)
        await stage.press("ctrl+c")
        assert stage.client.sent[-1] == Interrupt(agent="reader")
        await stage.play(RunInterrupted(reason="the user"), agent="reader")
        await stage.play(SubAgentCompleted(success=False, usage=Usage(), stopped="the user"), agent="reader")
        stage.app.clear_notifications()
        await stage.shot("stopped")
        await stage.press("alt+3")
        await stage.shot("waits-for-its-turn")
        await stage.press("escape")
        await stage.until("reader")
        await stage.shot("gone-back")
        await told(stage, goes_on())
        assert stage.app.talk.follows.seen is None
