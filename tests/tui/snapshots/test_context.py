"""What a person sees of a summary: that it was written, what it stands for, and that it was taken back."""

from heartbit_tui.kernel.events import (
    ContextRestored,
    ContextSummarized,
    ModelCalled,
    RunCompleted,
    Span,
    SummaryFailed,
    SummaryStarted,
    ToolAnswered,
)
from heartbit_tui.kernel.messages import ToolResult, Usage
from heartbit_tui.kernel.ops import Interrupt
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import asked
from tests.tui.snapshots.test_screens import leave, said
from tests.tui.snapshots.test_talk import READ, TASK

SPANS = (
    Span(first=2, last=12, title="Mend the mean of no gaps: read pulse.py, bash python -m unittest"),
    Span(first=13, last=20, title="日本語 <b>[red]not markup[/]</b>: bash"),
)


async def test_a_summary_that_is_being_written_is_told_and_can_be_interrupted(opened: Open) -> None:
    async with opened() as stage:
        await said(stage)
        await stage.play(*asked(TASK), RunCompleted(total_usage=Usage(), tool_calls_made=1))
        await stage.play(SummaryStarted(turn=0, trigger="asked"))
        await stage.play(
            ModelCalled(purpose="summary", model="m", usage=Usage(input_tokens=150_000, output_tokens=900))
        )
        await stage.until("1 part done")
        await stage.shot("summarising")
        await stage.press("escape")
        assert stage.client.sent == [Interrupt()]
        await stage.play(SummaryFailed(turn=0))
        assert stage.app.activity.beating is False


async def test_a_summary_is_told_opened_and_taken_back(opened: Open) -> None:
    summary = ContextSummarized(
        turn=3, usage=Usage(), summary="In short.", through=21, spans=SPANS, tokens_before=171_300, tokens_after=38_120
    )
    async with opened() as stage:
        await said(stage)
        await stage.play(ToolAnswered(result=ToolResult(call_id=READ.id, content="     1\tdef mean(gaps):")))
        await stage.play(*asked(TASK), summary)
        await stage.until("/uncompact")
        await stage.shot("summarised")
        await stage.act("expand")
        await stage.until("What the summary stands for")
        await stage.shot("parts")
        await leave(stage)
        await stage.act("expand", "1")
        await stage.until("Esc closes")
        await stage.shot("part")
        await leave(stage)
        await stage.play(ContextRestored(summary=1, first=2, last=12), ContextRestored(summary=1))
        await stage.until("whole again")
        await stage.shot("taken-back")
