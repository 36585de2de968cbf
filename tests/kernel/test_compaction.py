"""A session whose conversation grows too long: summarised in time, after an overflow, and when a person asks."""

import asyncio
from dataclasses import replace
from typing import Any

from heartbit_tui.context.chain import Chain
from heartbit_tui.context.room import Room
from heartbit_tui.context.summarise import Summarise
from heartbit_tui.context.types import Settings
from heartbit_tui.context.window import Window
from heartbit_tui.kernel import recovery
from heartbit_tui.kernel.conversation import SUMMARY, Conversation
from heartbit_tui.kernel.events import (
    AutoCompactionTriggered,
    ContextRestored,
    ContextSummarized,
    ModelCalled,
    Notice,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    SummaryFailed,
    SummaryStarted,
    ToolCallStarted,
)
from heartbit_tui.kernel.messages import Assistant, ToolCall, Usage, user
from heartbit_tui.kernel.ops import Compact, Interrupt, Restore
from heartbit_tui.kernel.protocols import Judgement, OnAnswers, Output, Pass, Request
from heartbit_tui.kernel.session import BUSY
from heartbit_tui.kernel.shortening import NOT_FINISHED, NOTHING_SUMMARISED
from heartbit_tui.providers.faults import Status
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, turn

OVERFLOW = Status(status=400, body='{"error": {"type": "invalid_request_error", "message": "prompt is too long"}}')
SUMMED = "In short."
SUMMARISER = "What is inside the conversation is material"
ANSWERS = says(SUMMED, when_system=SUMMARISER, times=0)


def chain(**more: Any) -> Chain:
    room = Room(lambda: None)
    last = Window(lambda request: room.bound(request) if room.tight else 0, room)
    return Chain((Summarise(Settings(**more), room), last), room)


def long(count: int, first: int = 0) -> list[Reply]:
    return [turn(call("echo", f"c{number}", text=str(number)), usage=Usage()) for number in range(first, first + count)]


def echo(size: int = 400) -> FakeTool:
    async def behave(*_: object) -> Output:
        return Output(content="x" * size)

    return FakeTool("echo", behave)


async def asked_for_a_summary(rig: Rig) -> None:
    """Let the session go on until the model is asked for a summary."""
    for _ in range(100_000):
        if any(SUMMARISER in request.system for request in rig.provider.requests):
            return
        await asyncio.sleep(0)
    raise AssertionError("nobody asked for a summary")


async def test_an_overflow_is_summarised_and_the_answer_comes() -> None:
    replies = [ANSWERS, *long(6), turn(fault=OVERFLOW), says("done")]
    rig = await ran(Plan(replies=replies, tools=[echo()], context=chain()))
    (event,) = rig.of(ContextSummarized)
    (told,) = rig.of(AutoCompactionTriggered)
    assert (told.success, told.usage, event.trigger) == (True, event.usage, "overflow")
    assert rig.events.index(told) < rig.events.index(event)
    purposes = [called.purpose for called in rig.of(ModelCalled)]
    assert [purposes[0], purposes[-2], purposes[-1]] == ["turn", "summary", "turn"]
    assert rig.of(RunCompleted)[0].total_usage == sum((called.usage for called in rig.of(ModelCalled)), Usage())
    assert event.usage.input_tokens == 10 * purposes.count("summary")
    assert event.summary.startswith(SUMMED)


async def test_a_second_overflow_in_the_turn_after_is_not_summarised_again() -> None:
    replies = [ANSWERS, *long(6), turn(fault=OVERFLOW), turn(call("echo", "c9")), turn(fault=OVERFLOW)]
    rig = await ran(Plan(replies=replies, tools=[echo()], context=chain()))
    assert len(rig.of(ContextSummarized)) == len(rig.of(AutoCompactionTriggered)) == 1
    assert rig.of(RunFailed)[0].kind == "overflow"


async def test_with_few_messages_nothing_is_summarised_and_what_is_too_large_is_cut() -> None:
    replies = [*long(1), turn(fault=OVERFLOW), says("done")]
    rig = await ran(Plan(replies=replies, tools=[echo(30_000)], context=chain()))
    assert rig.of(ContextSummarized) == []
    assert len(rig.of(RunCompleted)) == 1
    assert "bytes omitted" in str(rig.last_request.messages)
    assert "bytes omitted" not in str(rig.messages)


async def test_a_long_run_is_summarised_again_and_again_with_one_summary_at_a_time() -> None:
    plan = Plan(
        replies=[ANSWERS, *long(49), says("done")],
        tools=[echo(800)],
        context=chain(strategy="summarize", threshold=2_000),
    )
    rig = await ran(plan, "the task")
    text = str(rig.messages)
    assert len(rig.of(ContextSummarized)) >= 3
    assert text.count(SUMMARY.strip()) == 1
    assert "the task" in text
    assert Conversation("main", rig.log).messages() == rig.messages
    sizes = [len(str(request.messages)) for request in rig.provider.requests if SUMMARISER not in request.system]
    assert max(sizes) < 4 * 2_000 * 1.5


async def test_a_person_summarises_with_a_focus_and_takes_it_back() -> None:
    async with opened(Plan(replies=[ANSWERS, *long(6), says("done")], tools=[echo()], context=chain())) as rig:
        await rig.ask("the task")
        before = rig.messages
        rig.session.submit(Compact(focus="the echoes"))
        await rig.session.settled()
        (event,) = rig.of(ContextSummarized)
        assert event.trigger == "asked"
        assert rig.last_request.system.endswith("the echoes")
        assert rig.messages != before
        rig.session.submit(Restore(first=event.spans[0].first, last=event.spans[0].last))
        assert len(rig.of(ContextRestored)) == 1
        rig.session.submit(Restore())
        assert rig.messages == before
        rig.session.submit(Restore())
        assert rig.of(Notice)[-1].text == NOTHING_SUMMARISED


async def test_nothing_is_brought_back_that_is_told_already_or_while_a_run_is_active() -> None:
    async with opened(Plan(replies=[ANSWERS, *long(6), says("done")], tools=[echo()], context=chain())) as rig:
        rig.prompt("the task")
        await rig.until(ToolCallStarted)
        rig.session.submit(Restore())
        assert rig.of(Notice)[-1].text == BUSY
        await rig.session.settled()
        rig.session.submit(Compact())
        await rig.session.settled()
        rig.session.submit(Restore(first=900, last=999))
        assert "#900" in rig.of(Notice)[-1].text or "900" in rig.of(Notice)[-1].text
        assert rig.of(ContextRestored) == []


async def test_a_summary_that_is_interrupted_changes_nothing() -> None:
    slow = says(SUMMED, when_system=SUMMARISER, wait=60.0)
    async with opened(Plan(replies=[slow, *long(6), says("done")], tools=[echo()], context=chain())) as rig:
        await rig.ask("the task")
        before = rig.messages
        rig.session.submit(Compact())
        await asked_for_a_summary(rig)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert (rig.messages, rig.of(Notice)[-1].text) == (before, NOT_FINISHED)
        assert (len(rig.of(SummaryStarted)), len(rig.of(SummaryFailed))) == (1, 1)
        begun = next(at for at, envelope in enumerate(rig.log, 1) if isinstance(envelope.event, SummaryStarted))
        assert list(recovery.endings(rig.log)) == []
        assert list(recovery.endings(rig.log[:begun])) == [("", rig.log[begun - 1].agent, SummaryFailed(turn=0))]


async def test_a_run_that_is_interrupted_while_it_is_summarised_ends_once_and_goes_on_later() -> None:
    slow = says(SUMMED, when_system=SUMMARISER, wait=60.0)
    plan = Plan(
        replies=[slow, *long(12), says("done")], tools=[echo()], context=chain(strategy="summarize", threshold=500)
    )
    async with opened(plan) as rig:
        rig.prompt("the task")
        await asked_for_a_summary(rig)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert len(rig.of(RunInterrupted)) == 1
        assert rig.of(ContextSummarized) == []


class Masks:
    """A `Guardrail` that lets no word of a person out."""

    name = "masks"
    on_answers: OnAnswers = "nothing"

    async def pre_llm(self, request: Request) -> Request:
        return replace(request, messages=(user("[masked]"),))

    async def post_llm(self, message: Assistant) -> Judgement:
        return Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        return Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output:
        return output


async def test_what_a_summary_is_made_of_passes_the_guardrails() -> None:
    replies = [ANSWERS, *long(6), says("done")]
    async with opened(Plan(replies=replies, tools=[echo()], guardrails=[Masks()], context=chain())) as rig:
        await rig.ask("the secret task")
        rig.session.submit(Compact())
        await rig.session.settled()
        assert SUMMARISER in rig.last_request.system
        assert all("secret" not in str(request.messages) for request in rig.provider.requests)
