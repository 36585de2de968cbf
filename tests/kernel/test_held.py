"""What of an answer is told before the guardrails have checked it: nothing where they may change or refuse it."""

import asyncio
from dataclasses import replace

import pytest

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Delta,
    LlmResponse,
    ModelCalled,
    RunCompleted,
    RunFailed,
    TextDelta,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, Text, Thinking
from heartbit_tui.kernel.ops import Interrupt
from heartbit_tui.kernel.protocols import Judgement, OnAnswers, Pass, Refuse, Rewrite, Warn
from heartbit_tui.kernel.reply import WITHHELD
from heartbit_tui.providers.faults import Drop
from heartbit_tui.providers.script import call
from heartbit_tui.testing.rules import FakeGuardrail
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, turn

SECRET = "swordfish"
TEXT = f"The word is {SECRET}, and some more words follow behind it."


class Redacts(FakeGuardrail):
    """Takes the secret out of what a model says and thinks."""

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        blocks = [
            replace(block, text=block.text.replace(SECRET, "[hidden]")) if isinstance(block, Text | Thinking) else block
            for block in message.content
        ]
        return Rewrite(message=replace(message, content=tuple(blocks)), said=Warn(reason="a word was taken out"))


class Warns(FakeGuardrail):
    """Only ever warns."""

    @property
    def on_answers(self) -> OnAnswers:
        return "warns"

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        return Warn(reason="hm")


class Refuses(FakeGuardrail):
    """Refuses every answer with the secret."""

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        return Refuse(reason="no") if SECRET in message.text else Pass()


class Waits(FakeGuardrail):
    """Never comes to a judgement; `asked` is set once it was asked."""

    def __init__(self) -> None:
        super().__init__("waits")
        self.asked = asyncio.Event()

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        self.asked.set()
        await asyncio.Event().wait()
        return Pass()


def traces(rig: Rig) -> list[str]:
    """The events in which the secret stands, or two pieces of it behind each other."""
    told = [type(event).__name__ for event in rig.events if SECRET in repr(event)]
    pieces = "".join(event.text for event in rig.events if isinstance(event, TextDelta))
    return [*told, *(["pieces"] if SECRET in pieces else [])]


@pytest.mark.security("I8")
@pytest.mark.parametrize("chunk", [1, 3, 16, 1000])
async def test_no_byte_of_what_a_guardrail_takes_out_is_ever_told(chunk: int) -> None:
    reply = turn(Thinking(text=TEXT), Text(text=TEXT), chunk=chunk)
    rig = await ran(Plan(replies=[reply], guardrails=[Redacts()]))
    assert traces(rig) == []
    assert [event for event in rig.events if isinstance(event, Delta)] == []
    assert rig.of(TurnStarted)[0].held
    assert rig.of(LlmResponse)[0].text == rig.of(AssistantMessage)[0].message.text == TEXT.replace(SECRET, "[hidden]")


@pytest.mark.security("I8")
async def test_a_refused_answer_leaves_no_trace_and_the_next_one_is_told_whole() -> None:
    replies = [turn(Text(text=TEXT), call("echo", "c1", text=SECRET)), says("Nothing to tell.")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Refuses()]))
    assert traces(rig) == []
    assert [event.message.text for event in rig.of(AssistantMessage)] == [WITHHELD, "Nothing to tell."]
    assert [event.tool_call_count for event in rig.of(LlmResponse)] == [0, 0]


@pytest.mark.security("I8")
async def test_of_an_answer_that_breaks_off_nothing_is_kept() -> None:
    reply = turn(Text(text=TEXT), chunk=4, fault=Drop(after=8))
    rig = await ran(Plan(replies=[reply], guardrails=[Redacts()]))
    assert len(rig.of(RunFailed)) == 1
    assert traces(rig) == []
    open_rig = await ran(Plan(replies=[reply]))
    assert traces(open_rig) == ["AssistantMessage", "pieces"]


@pytest.mark.security("I8")
async def test_what_was_being_checked_when_a_person_stopped_it_is_withheld() -> None:
    waits = Waits()
    async with opened(Plan(replies=[says(TEXT)], guardrails=[waits])) as rig:
        rig.prompt("go")
        await waits.asked.wait()
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert [event.message.text for event in rig.of(AssistantMessage)] == [WITHHELD]
        assert traces(rig) == []
        assert len(rig.of(ModelCalled)) == 1


async def test_where_nothing_can_be_changed_or_refused_an_answer_is_told_as_without_guardrails() -> None:
    plans = [Plan(replies=[says(TEXT, chunk=4)], guardrails=guards) for guards in ([], [Warns()], [FakeGuardrail()])]
    alone, warned, passed = [await ran(plan) for plan in plans]
    pieces = [event for event in alone.events if isinstance(event, Delta)]
    assert len(pieces) == -(-len(TEXT) // 4)
    for rig in (warned, passed):
        assert [event for event in rig.events if isinstance(event, Delta)] == pieces
        assert not rig.of(TurnStarted)[0].held
    assert passed.events == alone.events
    assert isinstance(warned.events[-1], RunCompleted)
