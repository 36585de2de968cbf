from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.kernel.circles import ENDED, GO_ON, STOP, WARNING
from heartbit_tui.kernel.events import (
    BudgetExceeded,
    DoomLoopDetected,
    ModelCalled,
    Notice,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    TurnStarted,
)
from heartbit_tui.kernel.limits import DoomLoop
from heartbit_tui.kernel.messages import JsonObject, ToolCall, Usage
from heartbit_tui.kernel.ops import Answer
from heartbit_tui.kernel.protocols import CallContext, Deny, Limits, Output
from heartbit_tui.kernel.spending import UNPRICED
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, turn


def same(*letters: str) -> list[int]:
    """What a detector says to turns of one call each, by their letters."""
    doom = DoomLoop(3)
    return [doom.repeats([ToolCall(id=str(n), name=letter)]) for n, letter in enumerate(letters)]


def repeating(times: int, *names: str, texts: Sequence[str] = ("same",)) -> list[Reply]:
    return [turn(call(name, text=text)) for _ in range(times) for name in (names or ("echo",)) for text in texts]


def actions(rig: Rig) -> list[str]:
    return [event.action for event in rig.of(DoomLoopDetected)]


def test_exact_repetition_is_seen_at_the_third_turn() -> None:
    assert same(*"AAAA") == [0, 0, 3, 4]
    assert same(*"AABAA") == [0, 0, 0, 0, 0]


def test_cycles_of_up_to_four_are_seen_at_their_third_round() -> None:
    assert same(*"ABABAB") == [0, 0, 0, 0, 0, 3]
    assert same(*"ABCABCABC")[-1] == 3
    assert same(*"ABCDABCDABCD")[-1] == 3
    assert not any(same(*"ABCDEABCDEABCDE"))


def test_ids_and_order_do_not_matter_and_paging_is_no_repetition() -> None:
    doom = DoomLoop(3)
    pair = [ToolCall(id="1", name="a"), ToolCall(id="2", name="b")]
    assert [doom.repeats(calls) for calls in (pair, pair[::-1], pair)] == [0, 0, 3]
    pages = DoomLoop(3)
    assert not any(pages.repeats([ToolCall(id="1", name="read", input={"offset": n})]) for n in range(0, 900, 100))


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_below_two_turns_it_off(threshold: int) -> None:
    doom = DoomLoop(threshold)
    assert not any(doom.repeats([ToolCall(id="1", name="a")]) for _ in range(20))


def test_an_alarm_long_ago_does_not_count() -> None:
    doom = DoomLoop(3)
    for letter in "AAA" + "BCDEFGHIJKLM" + "NNN":
        doom.repeats([ToolCall(id="1", name=letter)])
    assert doom.alarms == 1


@given(st.text("AB", max_size=14), st.integers(2, 4))
def test_the_first_alarm_comes_exactly_when_a_cycle_is_complete(letters: str, threshold: int) -> None:
    doom = DoomLoop(threshold)
    for end in range(1, len(letters) + 1):
        heard = doom.repeats([ToolCall(id="1", name=letters[end - 1])])
        cycles = [n for n in range(1, 5) if _ends_in_cycle(letters[:end], n, threshold)]
        assert bool(heard) == bool(cycles)


def _ends_in_cycle(letters: str, length: int, times: int) -> bool:
    return len(letters) >= length * times and letters.endswith(letters[-length:] * times)


async def test_a_model_in_circles_is_warned_then_a_person_is_asked_then_the_run_ends() -> None:
    tool = FakeTool()
    async with opened(Plan(replies=repeating(9), tools=[tool])) as rig:
        rig.prompt("go")
        asked = await rig.until(QuestionAsked)
        assert rig.results[-1].content == WARNING.format(count=3)
        rig.session.submit(Answer(id=asked.id, answers=((STOP.label,),)))
        await rig.session.settled()
    assert actions(rig) == ["warned", "asked", "ended"]
    assert len(tool.inputs) == 2
    assert rig.of(RunFailed) == [
        RunFailed(error=ENDED, partial_usage=rig.of(RunFailed)[0].partial_usage, kind="doom_loop")
    ]


async def test_a_person_can_let_it_go_on() -> None:
    tool = FakeTool()
    async with opened(Plan(replies=[*repeating(4), says("done")], tools=[tool])) as rig:
        rig.prompt("go")
        asked = await rig.until(QuestionAsked)
        rig.session.submit(Answer(id=asked.id, answers=((GO_ON.label,),)))
        await rig.session.settled()
    assert len(tool.inputs) == 3
    assert isinstance(rig.events[-1], RunCompleted)
    assert rig.of(QuestionAnswered) == [QuestionAnswered(id=asked.id, answers=((GO_ON.label,),))]


async def test_with_nobody_there_the_second_alarm_ends_the_run() -> None:
    tool = FakeTool()
    rig = await ran(Plan(replies=repeating(9), tools=[tool], on_ask="deny"))
    assert (actions(rig), len(tool.inputs), len(rig.provider.requests)) == (["warned", "ended"], 2, 4)


async def test_two_tools_in_turn_are_a_circle_too() -> None:
    rig = await ran(Plan(replies=repeating(9, "one", "two"), tools=[FakeTool("one"), FakeTool("two")], on_ask="deny"))
    assert (actions(rig), len(rig.provider.requests)) == (["warned", "ended"], 7)


async def test_a_model_that_takes_the_warning_may_go_on() -> None:
    rig = await ran(Plan(replies=[*repeating(3), says("I see")], tools=[FakeTool()], on_ask="deny"))
    assert rig.of(RunCompleted)[0].tool_calls_made == 3


async def test_denied_calls_count_too_and_each_has_its_result() -> None:
    gate = FakeGate(lambda action, mode: Deny(reason="never"))
    replies = [turn(call("echo"), call("nothing_like_it")) for _ in range(3)]
    rig = await ran(Plan(replies=[*replies, says("done")], tools=[FakeTool()], gate=gate))
    assert actions(rig) == ["warned"]
    assert len(rig.results) == 6


async def test_the_run_ends_at_its_last_turn_with_its_usage_kept() -> None:
    usage = Usage(input_tokens=110, output_tokens=55, cache_creation_input_tokens=15, cache_read_input_tokens=12)
    replies = [turn(call("echo", text=str(n)), usage=usage) for n in range(5)]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], limits=Limits(max_turns=2)))
    [failed] = rig.of(RunFailed)
    assert (failed.kind, failed.partial_usage) == ("max_turns", usage + usage)
    assert failed.error.startswith("Max turns (2) exceeded")
    assert [event.turn for event in rig.of(TurnStarted)] == [1, 2]


async def test_more_tokens_than_allowed_end_the_run_and_exactly_as_many_do_not() -> None:
    used = Usage(input_tokens=100, output_tokens=20)
    rig = await ran(Plan(replies=[says("a", usage=used)], limits=Limits(max_total_tokens=119)))
    assert rig.of(BudgetExceeded) == [BudgetExceeded(used=120, limit=119, partial_usage=used)]
    assert (rig.of(RunFailed)[0].kind, rig.of(RunFailed)[0].partial_usage) == ("max_tokens", used)
    assert isinstance(
        (await ran(Plan(replies=[says("a", usage=used)], limits=Limits(max_total_tokens=120)))).events[-1], RunCompleted
    )


async def test_more_money_than_allowed_ends_the_run_after_one_response_too_many_at_most() -> None:
    replies = [turn(call("echo", text=str(n)), cost_usd=0.4) for n in range(9)]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], limits=Limits(max_cost_usd=1.0), on_ask="deny"))
    assert rig.of(RunFailed)[0].kind == "max_cost"
    assert len(rig.provider.requests) == 3
    assert rig.of(BudgetExceeded)[0].unit == "usd"


async def test_money_that_a_tool_spends_counts_before_the_model_is_asked_again() -> None:
    async def delegate(input: JsonObject, context: CallContext) -> Output:
        context.emit(ModelCalled(purpose="turn", model="sub", usage=Usage(input_tokens=7), cost_usd=5.0))
        return Output(content="ok")

    replies = [turn(call("echo"), cost_usd=0.1), says("done", cost_usd=0.1)]
    rig = await ran(
        Plan(replies=replies, tools=[FakeTool(behave=delegate)], limits=Limits(max_cost_usd=1.0), on_ask="deny")
    )
    assert (rig.of(RunFailed)[0].kind, len(rig.provider.requests)) == ("max_cost", 1)


async def test_a_money_limit_that_cannot_hold_is_told_once() -> None:
    replies = [turn(call("echo"), cost_usd=None), says("done", cost_usd=None)]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], limits=Limits(max_cost_usd=1.0)))
    assert rig.of(Notice) == [Notice(level="warning", text=UNPRICED)]


async def test_a_run_that_takes_too_long_ends_with_its_usage_kept() -> None:
    async def hang(input: JsonObject, context: CallContext) -> Output:
        await context.ask([])
        raise AssertionError

    used = Usage(input_tokens=100, output_tokens=50)
    replies = [turn(call("echo", "c1"), usage=used)]
    rig = await ran(Plan(replies=replies, tools=[FakeTool(behave=hang)], limits=Limits(run_timeout=0.5)))
    assert (rig.of(RunFailed)[0].kind, rig.of(RunFailed)[0].partial_usage) == ("timeout", used)
    assert len(rig.results) == 1
