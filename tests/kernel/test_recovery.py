from collections.abc import Sequence

import pytest

from heartbit_tui.kernel import recovery
from heartbit_tui.kernel.conversation import NOT_STARTED, UNKNOWN_OUTCOME
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    CommandEnded,
    CommandStarted,
    Envelope,
    ModelCalled,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunInterrupted,
    RunStarted,
    TextDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.ops import Answer, Decide, Mode
from heartbit_tui.kernel.protocols import Ask, Limits
from heartbit_tui.kernel.recovery import CRASHED
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, spoken, turn
from tests.kernel.test_conversation import log


async def resumed(cut_log: Sequence[Envelope], *replies: Reply) -> Rig:
    """The session of this log, taken up again and asked one thing more."""
    async with opened(Plan(replies=replies or [says("ok")], tools=[FakeTool()], log=cut_log)) as rig:
        await rig.ask("go on")
    return rig


async def whole() -> list[Envelope]:
    """The log of two runs with calls, an approval, a repaired name, steering and a rewind."""
    gate = FakeGate(lambda action, mode: Ask(reason="it writes"))
    replies = [
        turn(Text(text="I will look"), call("echo", "c1", text="a"), call("ehco", "c2", text="b"), chunk=3),
        turn(call("nothing", "c3")),
        says("done", chunk=2),
        turn(call("echo", "c4")),
        says("more"),
    ]
    async with opened(Plan(replies=replies, tools=[FakeTool()], gate=gate)) as rig:
        for text, approvals in (("one", 2), ("two", 3)):
            rig.prompt(text)
            await rig.until(ApprovalRequested, approvals)
            for asked in rig.of(ApprovalRequested):
                rig.session.submit(Decide(id=asked.id, allow=True))
            await rig.session.settled()
    return rig.log


async def test_a_log_cut_off_anywhere_can_be_taken_up_again() -> None:
    full = await whole()
    for end in range(len(full) + 1):
        rig = await resumed(full[:end])
        assert isinstance(rig.events[-1], RunCompleted), end
    print(f"{len(full) + 1} places to cut")


async def test_what_was_shown_of_an_answer_is_kept() -> None:
    full = await whole()
    end = next(i for i, e in enumerate(full) if isinstance(e.event, ModelCalled))
    rig = await resumed(full[:end])
    assert rig.of(AssistantMessage)[0].message == Assistant(
        content=(Text(text="I will look"),), stop=StopReason.INTERRUPTED
    )
    assert rig.of(RunInterrupted) == [RunInterrupted(reason=CRASHED)]


async def test_calls_that_had_started_have_an_unknown_outcome_and_others_none() -> None:
    full = await whole()
    end = next(i for i, e in enumerate(full) if isinstance(e.event, ToolCallStarted)) + 1
    rig = await resumed(full[:end])
    assert [result.content for result in rig.results] == [UNKNOWN_OUTCOME, NOT_STARTED]
    assert [event.tool_name for event in rig.of(ToolCallCompleted)] == ["echo", "echo"]
    assert rig.of(RunInterrupted)[0].partial_usage == Usage(input_tokens=10, output_tokens=5)


async def test_open_approvals_and_questions_are_closed() -> None:
    c1 = ToolCall(id="c1", name="echo")
    cut_log = log(
        RunStarted(task="go"),
        UserMessage(message=user("go")),
        AssistantMessage(message=Assistant(content=(c1,))),
        ApprovalRequested(turn=1, tool_names=("echo",), id="approval-1", call=c1),
        QuestionAsked(id="question-2", questions=()),
    )
    rig = await resumed(cut_log)
    [decision] = rig.of(ApprovalDecision)
    assert (decision.approved, decision.by, decision.note) == (False, "policy", CRASHED)
    assert rig.of(QuestionAnswered) == [QuestionAnswered(id="question-2", answers=())]


async def test_a_call_that_was_answered_is_only_told_to_be_over() -> None:
    cut_log = log(
        RunStarted(task="go"),
        UserMessage(message=user("go")),
        AssistantMessage(message=Assistant(content=(ToolCall(id="c1", name="echo"),))),
        ToolCallStarted(tool_name="echo", tool_call_id="c1"),
        ToolAnswered(result=ToolResult(call_id="c1", content="out")),
    )
    rig = await resumed(cut_log)
    done = ToolCallCompleted(tool_name="echo", tool_call_id="c1", is_error=False, duration_ms=0, output="out")
    assert rig.of(ToolCallCompleted) == [done]
    assert [result.content for result in rig.results] == ["out"]


def test_every_agent_that_was_at_work_gets_its_end_the_sub_agents_first() -> None:
    def of(agent: str, seq: int, event: RunStarted | TextDelta | RunCompleted) -> Envelope:
        return Envelope(seq=seq, at=log(event)[0].at, session="s", run="run-7", agent=agent, event=event)

    cut_log = [
        of("main", 1, RunStarted(task="all")),
        of("one", 2, RunStarted(task="a")),
        of("one", 3, RunCompleted(total_usage=Usage(), tool_calls_made=0)),
        of("two", 4, RunStarted(task="b")),
        of("two", 5, TextDelta(text="half")),
    ]
    partial = Assistant(content=(Text(text="half"),), stop=StopReason.INTERRUPTED)
    assert list(recovery.endings(cut_log)) == [
        ("run-7", "two", AssistantMessage(message=partial)),
        ("run-7", "two", RunInterrupted(reason=CRASHED)),
        ("run-7", "main", RunInterrupted(reason=CRASHED)),
    ]
    assert recovery.runs(cut_log) == 7


async def test_a_whole_log_needs_nothing_and_is_numbered_on() -> None:
    full = await whole()
    assert list(recovery.endings(full)) == []
    rig = await resumed(full)
    assert rig.log[len(full)].seq == full[-1].seq + 1
    assert {e.run for e in rig.log[len(full) :]} == {"run-3"}
    assert len({asked.id for asked in rig.of(ApprovalRequested)}) == 3


@pytest.mark.parametrize(("mode", "told"), [(Mode.ASK, 1), (Mode.PLAN, 2)])
async def test_facts_are_told_again_only_when_they_changed(mode: Mode, told: int) -> None:
    first = await ran(Plan(replies=[says("1")]))
    async with opened(Plan(replies=[says("2")], log=first.log, mode=mode)) as rig:
        await rig.ask("two")
    assert sum(event.origin == "heartbit" for event in rig.of(UserMessage)) == told


async def test_a_session_taken_up_says_to_the_model_what_it_would_have_said_at_once() -> None:
    full = await whole()
    rig = await resumed(full)
    assert spoken(rig.last_request.messages)[:-1] == spoken(rig.messages)[:-2]
    assert spoken(rig.last_request.messages)[-1] == "user: go on"


async def test_a_crash_while_asked_about_a_circle_ends_that_question() -> None:
    replies = [turn(call("echo")) for _ in range(4)]
    async with opened(Plan(replies=replies, tools=[FakeTool()], limits=Limits())) as rig:
        rig.prompt("go")
        asked = await rig.until(QuestionAsked)
        cut_log = list(rig.log)
        rig.session.submit(Answer(id=asked.id, answers=()))
        await rig.session.settled()
    again = await resumed(cut_log)
    assert len(again.of(QuestionAnswered)) == 1
    assert len(again.results) == 4


def test_a_persons_command_whose_end_nobody_told_is_told_to_be_lost() -> None:
    told = [CommandStarted(id="own-1", command="a"), CommandEnded(id="own-1", how="exited", exit_code=0)]
    lost = CommandStarted(id="own-2", command="b")
    assert list(recovery.endings(log(*told, lost))) == [("", "main", CommandEnded(id="own-2", how="lost"))]
    assert list(recovery.endings(log(*told))) == []
