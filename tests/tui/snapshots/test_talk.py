from pathlib import Path

from textual.geometry import Offset

from heartbit_tui.kernel.events import (
    ModeChanged,
    ModelChanged,
    Notice,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    TextDelta,
    ThinkingDelta,
    TodosChanged,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    UserMessage,
)
from heartbit_tui.kernel.messages import Text, Thinking, ToolCall, Usage, user
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.tui.setup import Wishes
from heartbit_tui.tui.transcript.blocks import Shell
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import USAGE, answered, asked, ended
from tests.tui.snapshots.stage import STARTED, Pose, Stage

TASK = "The tests of this project fail. Find out why, mend it, and show me that they pass."
THOUGHT = (
    "The heart skips when a gap is empty. The mean divides by the number of gaps, which can be zero.\n\nI look first."
)
WORDS = "I run the tests to see them **fail** with my own eyes, then I read `pulse.py`, where the gaps"
BASH = ToolCall(id="b1", name="bash", input={"command": "python3 -m unittest -v"})
READ = ToolCall(id="r1", name="read", input={"file_path": "/home/you/project/pulse.py"})
TODOS = (
    {"content": "See the tests fail", "status": "completed", "priority": "high"},
    {"content": "Mend the mean of no gaps", "status": "in_progress", "priority": "high"},
    {"content": "Show that the tests pass", "status": "pending", "priority": "medium"},
)
MARKDOWN = (Path(__file__).parents[1] / "markdown/sample.md").read_text("utf-8")


def fold(stage: Stage, number: int) -> None:
    """Fold a block of the chat, or open it."""
    assert stage.app.talk.book.fold(number)
    stage.app.chat.changed()


async def test_an_answer_is_written_and_a_call_runs(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked(TASK))
        await stage.shot("begun")
        await stage.play(ThinkingDelta(text=THOUGHT))
        await stage.shot("thinks")
        fold(stage, 1)
        await stage.shot("thinks-open")
        fold(stage, 1)
        await stage.play(TextDelta(text=WORDS))
        await stage.shot("writes")
        await stage.play(ToolInputDelta(tool_call_id="b1", tool_name="bash", text='{"command": "python3 -m un'))
        await stage.shot("writes-call")
        await stage.play(*answered(Thinking(text=THOUGHT), Text(text=f"{WORDS} are."), BASH, READ))
        await stage.play(*ended(READ, "", path="/home/you/project/pulse.py", lines=42, total=42))
        await stage.play(ToolCallStarted(tool_name="bash", tool_call_id="b1"))
        await stage.play(ToolProgress(tool_call_id="b1", text="test_one_gap ... ok\ntest_no_gap ... "))
        await stage.type("and keep it short")
        await stage.shot("call-runs")
        await stage.type("")
        stage.app.talk.say("do not touch the tests")
        stage.app.talk.say("then write a line for the changelog", queue=True)
        await stage.shot("steered-and-queued")


async def test_a_run_ends_well(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(
            *asked(TASK), ModelChanged(provider="anthropic", model="claude-sonnet-4-5", effort=Effort.HIGH)
        )
        await stage.play(*answered(Thinking(text=THOUGHT), Text(text=f"{WORDS} are."), BASH))
        await stage.play(*ended(BASH, "Ran 4 tests in 0.002s\n\nOK\n\n(exit code: 0)", 2_140, exit_code=0))
        await stage.play(TodosChanged(todos=TODOS), *answered(Text(text="All four tests pass now."), turn=2))
        await stage.play(RunCompleted(total_usage=USAGE + USAGE, tool_calls_made=1))
        await stage.shot("done")
        fold(stage, 2)
        await stage.shot("thinking-open")
        await stage.act("side-panel")
        await stage.shot("side-panel-other")
        await stage.act("side-panel")
        stage.app.living.side.move(0)
        await stage.shot("side-panel-cursor")


async def test_everything_that_markdown_has(opened: Open, pose: Pose) -> None:
    async with opened(wishes=Wishes(theme=pose.theme, side=False)) as stage:
        await stage.play(*asked("Why did it fail?"), *answered(Text(text=MARKDOWN)))
        await stage.play(RunCompleted(total_usage=USAGE, tool_calls_made=0))
        await stage.act("to-top")
        await stage.shot("top")
        for page in range(2, 3 if pose.rows == 40 else 6):
            await stage.act("page-down")
            await stage.shot(f"page-{page}")


async def test_what_is_told_beside_and_how_runs_end(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Begin."), Notice(level="info", text="AGENTS.md was read."))
        await stage.play(RetryAttempt(attempt=1, max_retries=5, delay_ms=2_000, error_class="rate_limit"))
        await stage.play(
            Notice(level="warning", text="The setting provider.modle is unknown; provider.model was meant?")
        )
        await stage.shot("retry")
        failed = "The service cannot be reached (connection refused). Check the network, then send it again."
        await stage.play(RunFailed(error=failed, partial_usage=Usage(), kind="network"))
        await stage.shot("failed")
        await stage.play(*asked("Again."), TextDelta(text="I begin with"), *answered(Text(text="I begin with"), BASH))
        await stage.play(ToolCallStarted(tool_name="bash", tool_call_id="b1"))
        await stage.play(RunInterrupted(reason="the user", partial_usage=USAGE))
        await stage.play(Notice(level="error", text="The file of sessions is full: no space left on device."))
        await stage.shot("interrupted")
        await stage.play(ModeChanged(mode=Mode.PLAN))
        stage.client.mode = Mode.PLAN
        await stage.play(Notice(level="info", text="AGENTS.md was read again."))
        await stage.play(UserMessage(message=user("look at this too")))
        await stage.shot("plan-mode")


async def test_a_window_that_was_scrolled_and_marked(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("Tell me more."), *answered(Text(text=MARKDOWN)))
        await stage.act("page-up")
        await stage.play(*answered(Text(text="Something new."), BASH, turn=2))
        await stage.shot("new-below")
        await stage.pilot.mouse_down(stage.app.chat, offset=Offset(3, 4))
        await stage.pilot.hover(stage.app.chat, offset=Offset(30, 8))
        await stage.shot("marked")


async def test_a_second_session_and_commands_of_ones_own(opened: Open) -> None:
    async with opened() as stage:
        await stage.play(*asked("First."), *answered(Text(text="In the first tab.")))
        await stage.act("tab-2")
        await stage.until("tab 2 of 2")
        await stage.play(STARTED)
        for block in (
            Shell(command="git log --oneline -2", output="3f2a Count each item\n11c0 First", code=0),
            Shell(command="make deploy", output="make: *** No rule to make target 'deploy'.  Stop.", code=2),
            Shell(command="env | grep AWS", output="AWS_REGION=eu-central-1", code=0, hidden=True),
            Shell(command="npm run watch", output="watching…\n"),
        ):
            stage.app.talk.story.transcript.put(block)
        stage.app.living.bridge.changed(stage.app.talk)
        await stage.shot("tab-2")
        stage.app.talk.book.fold_all(open=False)
        stage.app.chat.changed()
        await stage.shot("tab-2-folded")
