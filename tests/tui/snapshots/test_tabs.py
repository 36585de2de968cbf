from heartbit_tui.kernel.events import (
    ApprovalRequested,
    JobEnded,
    JobStarted,
    RunCompleted,
    RunFailed,
    TextDelta,
    ToolCallStarted,
    ToolProgress,
)
from heartbit_tui.kernel.messages import Text, ToolCall, Usage
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import USAGE, answered, asked, ended
from tests.tui.snapshots.stage import STARTED, Stage

BASH = ToolCall(id="b1", name="bash", input={"command": "npm run dev -- --port 5173 [/dev]"})
ASKED = ApprovalRequested(turn=1, tool_names=("bash",), id="approval-1", call=BASH, reason="it runs a command")
SERVER = JobStarted(
    id="bash_1",
    command="npm run dev -- --port 5173 [/dev]",
    tool_call_id="b1",
    cwd="/home/you/project",
    log="/home/you/.local/state/heartbit/outputs/bash-1.log",
    by="person",
)
WATCH = JobStarted(id="bash_2", command="pytest -q --watch", tool_call_id="b2", cwd="/home/you/project")
FAILED = JobEnded(id="bash_2", how="exited", exit_code=2, duration_ms=62_000, output="2 failed\n", size=9)
OUTPUT = "VITE v5.4 ready in 312 ms\n\n  Local: http://localhost:5173/\n[12:00:01] page reload src/main.ts\n"


async def tab(stage: Stage, task: str) -> None:
    """Another session, with a first prompt."""
    await stage.act("new-tab")
    await stage.until(" new")
    await stage.play(STARTED, *asked(task))


async def test_sessions_side_by_side(opened: Open) -> None:
    async with opened() as stage:
        first = stage.client
        await stage.play(*asked("Mend the mean of no gaps [bold]"), *answered(Text(text="It divides by zero.")))
        await tab(stage, "Run the server and look at its page")
        second = stage.client
        await tab(stage, "Write the notes of this release")
        third = stage.client
        await stage.type("not sent yet")
        await tab(stage, "日本語 in the side panel")
        await stage.shot("tabs")
        await first.tell([RunCompleted(total_usage=USAGE, tool_calls_made=0)], "heartbit")
        await second.tell([*answered(BASH), ASKED], "heartbit")
        await third.tell([RunFailed(error="No network.", partial_usage=Usage(), kind="network")], "heartbit")
        await stage.shot("tabs-with-news")
        await stage.act("waiting-tab")
        await stage.shot("tab-that-asks")
        await stage.press("alt+3")
        assert stage.app.draft.text == "not sent yet"
        await stage.act("quit")
        await stage.until("Leave heartbit?")
        await stage.shot("leaving")


async def test_commands_in_the_background(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(
            *asked("Run the server."), *answered(BASH), ToolCallStarted(tool_name="bash", tool_call_id="b1")
        )
        await stage.play(ToolProgress(tool_call_id="b1", text="VITE v5.4 ready in 312 ms\n"))
        await stage.shot("can-be-let-go")
        await stage.play(SERVER, *ended(BASH, "VITE v5.4 ready in 312 ms\n\n(It still runs.)", 8_000, job="bash_1"))
        look = ToolCall(id="l1", name="bash_output", input={"id": "bash_1", "wait": 2000})
        await stage.play(*answered(Text(text="It is up. I look at it."), look, turn=2))
        await stage.play(*ended(look, f"{OUTPUT}\n(bash_1: still runs)", 2_000, job="bash_1", running=True))
        stop = ToolCall(id="k1", name="kill_shell", input={"id": "bash_2"})
        await stage.play(WATCH, FAILED, *answered(stop, turn=3))
        await stage.play(
            *ended(stop, "2 failed\n(bash_2: exited with code 2)", 3, job="bash_2", running=False, exit_code=2)
        )
        await stage.play(TextDelta(text="The page is there."))
        await stage.shot("goes-on")
        stage.app.talk.book.fold_all(open=True)
        stage.app.chat.changed()
        await stage.shot("goes-on-open")
        stage.client.written["bash_1"] = OUTPUT
        await stage.act("jobs")
        await stage.until("In the background")
        await stage.shot("list")
        await stage.press("down", "ctrl+d")
        await stage.shot("stop-asked")
        await stage.press("n", "escape")
        await stage.act("jobs", "bash_1")
        await stage.until("http://localhost:5173/")
        await stage.shot("tail")
