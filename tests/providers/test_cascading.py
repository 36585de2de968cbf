"""Which model of a cascade answers, what is shown of the others, and what they all cost."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from heartbit_tui.kernel.errors import (
    AuthenticationError,
    ContextOverflowError,
    InvalidRequestError,
    OverloadedError,
    ProviderError,
)
from heartbit_tui.kernel.events import ModelEscalated, TextDelta
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Text, ToolCall, ToolResult, Usage, User, user
from heartbit_tui.kernel.protocols import Finish, Part, Request, Spent, Tiered
from heartbit_tui.providers import faults
from heartbit_tui.providers.cascading import Cascading
from heartbit_tui.providers.faults import Fault
from heartbit_tui.providers.pricing import Price, Prices
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.providers.sieve import PHRASES, Heuristic, Judging, Sieve, fault_in
from heartbit_tui.testing.clock import FakeClock
from tests.providers.wires import ASK, blocks, finishes

PRICES = Prices(
    {name: Price(input=each, output=each, cache_read=0, cache_write=0) for name, each in (("big", 10), ("small", 1))}
)
USAGE = Usage(input_tokens=1000, output_tokens=500)
LONG = tuple(user(f"message {number}") for number in range(9))


def says(text: str = "A good and whole answer.", **more: Any) -> Reply:
    given: dict[str, Any] = {"blocks": (Text(text=text),), "usage": USAGE, **more}
    return Reply(**given)


def failing(fault: Fault, **more: Any) -> Reply:
    return says(fault=fault, **more)


class Tiers:
    """Scripted models, the cheapest first, with a cascade of them."""

    def __init__(self, *scripts: Sequence[Reply], sieve: Sieve | None = None) -> None:
        names = [*("small", "middle")[: len(scripts) - 1], "big"]
        self.clock = FakeClock()
        self.models = [Scripted(each, model=name) for each, name in zip(scripts, names, strict=True)]
        self.cascade = Cascading(self.models, self.clock, sieve=sieve, prices=PRICES)

    @property
    def asked(self) -> list[int]:
        return [len(model.requests) for model in self.models]

    async def ask(self, *messages: Message, strongest: bool = False) -> list[Part]:
        request = Request(system="", messages=messages or ASK.messages, strongest=strongest)
        return [part async for part in self.cascade.stream(request)]


def shown(parts: Sequence[Part]) -> list[str]:
    return [part.text for part in parts if isinstance(part, TextDelta)]


def steps(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    return [(each.from_tier, each.to_tier, each.reason) for each in parts if isinstance(each, ModelEscalated)]


def paid(parts: Sequence[Part]) -> list[tuple[str, str, Usage]]:
    spent = [(part.purpose, part.model, part.usage) for part in parts if isinstance(part, Spent)]
    return [*spent, *(("turn", part.model, part.usage) for part in finishes(parts))]


def test_a_cascade_without_models_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Cascading((), FakeClock())


def test_it_is_known_by_its_strongest_model() -> None:
    cascade = Tiers([], []).cascade
    assert isinstance(cascade, Tiered)
    assert (cascade.model, cascade.strongest, cascade.models) == ("big", "big", ("small", "big"))


async def test_a_single_model_streams_as_if_there_were_no_cascade() -> None:
    tiers, alone = Tiers([says(chunk=4)]), Scripted([says(chunk=4)], model="big")
    assert await tiers.ask() == [part async for part in alone.stream(ASK)]


async def test_a_good_cheap_answer_is_told_once_and_nobody_else_is_asked() -> None:
    tiers = Tiers([says(chunk=3)], [says()])
    parts = await tiers.ask()
    assert shown(parts) == ["A good and whole answer."]
    assert blocks(parts) == [Text(text="A good and whole answer.")]
    assert tiers.asked == [1, 0]
    assert [finish.model for finish in finishes(parts)] == ["small"]


async def test_of_an_answer_that_does_not_stand_nothing_is_shown_and_all_is_counted() -> None:
    tiers = Tiers([says("I can't do that.")], [says("Done, all of it.", chunk=4)])
    parts = await tiers.ask()
    assert "".join(shown(parts)) == "Done, all of it."
    assert len(shown(parts)) > 1
    assert blocks(parts) == [Text(text="Done, all of it.")]
    assert steps(parts) == [("small", "big", "gate_rejected")]
    assert paid(parts) == [("cascade_rejected", "small", USAGE), ("turn", "big", USAGE)]


async def test_three_models_skip_one_that_fails() -> None:
    tiers = Tiers([says("I'm not sure.")], [failing(faults.Status(status=529))], [says()])
    parts = await tiers.ask()
    assert steps(parts) == [("small", "middle", "gate_rejected"), ("middle", "big", "tier_error")]
    assert [finish.model for finish in finishes(parts)] == ["big"]


async def test_the_strongest_answer_stands_whatever_it_says() -> None:
    parts = await Tiers([says("I cannot.")], [says("I cannot.")]).ask()
    assert "".join(shown(parts)) == "I cannot."


async def test_where_all_fail_the_last_error_is_raised() -> None:
    tiers = Tiers([failing(faults.Drop(after=1))], [failing(faults.Status(status=529))])
    with pytest.raises(OverloadedError):
        await tiers.ask()


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (403, AuthenticationError)])
async def test_a_refused_key_asks_no_other_model(status: int, error: type[ProviderError]) -> None:
    tiers = Tiers([failing(faults.Status(status=status))], [says()])
    with pytest.raises(error):
        await tiers.ask()
    assert tiers.asked == [1, 0]


async def test_what_does_not_fit_is_raised_to_be_made_shorter_and_goes_up_only_if_that_did_not_help() -> None:
    over = failing(faults.Status(status=413), times=2)
    tiers = Tiers([over], [says()])
    with pytest.raises(ContextOverflowError):
        await tiers.ask(*LONG)
    assert tiers.asked == [1, 0]
    assert steps(await tiers.ask(*LONG[2:])) == [("small", "big", "tier_error")]


async def test_what_cannot_be_made_shorter_goes_up_at_once() -> None:
    tiers = Tiers([failing(faults.Status(status=413))], [says()])
    assert steps(await tiers.ask(user("one long question"))) == [("small", "big", "tier_error")]


async def test_a_model_that_failed_is_left_alone_for_a_while() -> None:
    tiers = Tiers([failing(faults.Status(status=404)), says()], [says(times=0)])
    await tiers.ask()
    assert steps(await tiers.ask()) == []
    assert tiers.asked == [1, 2]
    await tiers.clock.advance(301)
    assert [finish.model for finish in finishes(await tiers.ask())] == ["small"]


def after_tools(model: str) -> tuple[Message, ...]:
    made = Assistant(content=(ToolCall(id="c", name="read"),), provider="scripted", model=model)
    return (user("go"), made, User(content=(ToolResult(call_id="c", content="x"),)))


async def test_who_called_tools_goes_on_with_their_results_and_a_new_prompt_begins_below() -> None:
    tiers = Tiers([says(times=0)], [says(times=0)])
    assert [finish.model for finish in finishes(await tiers.ask(*after_tools("big")))] == ["big"]
    assert [finish.model for finish in finishes(await tiers.ask(*after_tools("small")))] == ["small"]
    again = (*after_tools("big"), Assistant(content=(Text(text="Done."),), model="big"), user("and now?"))
    assert [finish.model for finish in finishes(await tiers.ask(*again))] == ["small"]


async def test_calls_that_only_the_strongest_may_make_cost_one_answer_in_vain_not_one_a_turn() -> None:
    calls = Reply(blocks=(call("read", "c", path="a"),), usage=USAGE, times=0)
    tiers = Tiers([calls], [calls], [calls], sieve=Heuristic(accept_tool_calls=False))
    first = await tiers.ask()
    assert steps(first) == [("small", "big", "gate_rejected")]
    for _ in range(5):
        assert steps(await tiers.ask(*after_tools("big"))) == []
    assert tiers.asked == [1, 0, 6]


async def test_the_strongest_is_asked_at_once_where_that_is_wanted() -> None:
    tiers = Tiers([says()], [says()])
    parts = await tiers.ask(strongest=True)
    assert steps(parts) == [("small", "big", "asked")]
    assert tiers.asked == [0, 1]


async def test_a_cheaper_model_at_work_can_be_left_and_what_it_costs_is_still_told() -> None:
    tiers = Tiers([], [says("From the strongest.")])
    gate, slow = asyncio.Event(), Slow("small", USAGE)
    tiers.cascade = Cascading((slow, tiers.models[1]), tiers.clock, prices=PRICES)
    parts: list[Part] = []

    async def read() -> None:
        async for part in tiers.cascade.stream(ASK):
            parts.append(part)
            if isinstance(part, ModelEscalated):
                gate.set()

    task = asyncio.create_task(read())
    await slow.begun.wait()
    tiers.cascade.escalate()
    await gate.wait()
    slow.go.set()
    await task
    assert "".join(shown(parts)) == "From the strongest."
    assert steps(parts) == [("small", "big", "asked")]
    assert paid(parts) == [("cascade_rejected", "small", USAGE), ("turn", "big", USAGE)]


class Slow(Scripted):
    """Answers once it may."""

    def __init__(self, model: str, usage: Usage) -> None:
        super().__init__([says(usage=usage)], model=model)
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def _sleep(self, seconds: float) -> None:
        self.begun.set()
        await self.go.wait()


async def test_cancelling_stops_the_model_that_is_being_asked() -> None:
    slow = Slow("small", USAGE)
    cascade = Cascading((slow, Scripted([says()], model="big")), FakeClock())
    tasks = asyncio.all_tasks()
    task = asyncio.create_task(_all(cascade))
    await slow.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == tasks


async def _all(cascade: Cascading) -> list[Part]:
    return [part async for part in cascade.stream(ASK)]


async def test_what_was_saved_is_the_difference_to_the_price_of_the_strongest() -> None:
    (cheap,) = finishes(await Tiers([says()], [says()]).ask())
    assert cheap.instead_usd == pytest.approx(0.015)
    parts = await Tiers([says("I cannot.")], [says()]).ask()
    assert [part.instead_usd for part in parts if isinstance(part, Spent | Finish)] == [0.0, None]


REJECTED = {
    "short": says("No.", usage=Usage(input_tokens=1, output_tokens=4)),
    "cut": says(stop=StopReason.MAX_TOKENS),
    "refused": says(stop=StopReason.REFUSAL),
    **{phrase: says(f"Well, {phrase.upper()} here.") for phrase in PHRASES},
    **{f"curly {phrase}": says(phrase.replace("'", "\u2019")) for phrase in PHRASES if "'" in phrase},
}
ACCEPTED = {
    "words": says(),
    "just enough": says("Yes.", usage=Usage(output_tokens=5)),
    "calls": Reply(blocks=(call("read", path="a"),), usage=Usage()),
    "calls with such words": Reply(blocks=(Text(text="I cannot know yet."), call("read", path="a")), usage=Usage()),
    "calls at the limit": Reply(blocks=(call("read", path="a"),), stop=StopReason.MAX_TOKENS),
}


@pytest.mark.parametrize("name", REJECTED)
async def test_the_heuristic_rejects(name: str) -> None:
    tiers = Tiers([REJECTED[name]], [says()])
    assert steps(await tiers.ask()) == [("small", "big", "gate_rejected")]


@pytest.mark.parametrize("name", ACCEPTED)
async def test_the_heuristic_accepts(name: str) -> None:
    tiers = Tiers([ACCEPTED[name]], [says()])
    assert steps(await tiers.ask()) == []
    assert tiers.asked == [1, 0]


async def test_an_answer_that_was_cut_off_stands_where_the_settings_say_so() -> None:
    sieve = Heuristic(escalate_on_max_tokens=False, min_output_tokens=0)
    assert steps(await Tiers([says("", stop=StopReason.MAX_TOKENS)], [], sieve=sieve).ask()) == []


def judged(*replies: Reply, timeout: float = 5.0) -> tuple[Scripted, Judging]:
    judge = Scripted(replies, model="judge")
    return judge, Judging(Heuristic(), judge, ("It is about cats.",), timeout=timeout)


async def test_a_judge_decides_by_the_criteria_and_is_paid() -> None:
    judge, sieve = judged(says("FAIL: it is about dogs"), says("**PASS**"))
    tiers = Tiers([says("All about dogs, at length."), says("All about cats, at length.")], [says()], sieve=sieve)
    parts = await tiers.ask(user("Tell me of cats."))
    assert paid(parts) == [
        ("judge", "judge", USAGE),
        ("cascade_rejected", "small", USAGE),
        ("turn", "big", USAGE),
    ]
    (step,) = [part for part in parts if isinstance(part, ModelEscalated)]
    assert step.detail == "the judge: it is about dogs"
    (asked,) = judge.requests
    assert "It is about cats." in asked.system
    assert "Tell me of cats." in str(asked.messages)
    assert "All about dogs" in str(asked.messages)
    assert paid(await tiers.ask()) == [("judge", "judge", USAGE), ("turn", "small", USAGE)]


async def test_no_judge_is_asked_about_calls_or_what_the_heuristic_rejects() -> None:
    judge, sieve = judged()
    await Tiers([ACCEPTED["calls"]], [], sieve=sieve).ask()
    await Tiers([says("I cannot.")], [says()], sieve=sieve).ask()
    assert judge.requests == []


@pytest.mark.parametrize("reply", [failing(faults.Status(status=529)), says("Hm, hard to say.")])
async def test_a_judge_without_a_verdict_leaves_the_answer_as_it_is(reply: Reply) -> None:
    _, sieve = judged(reply)
    assert [f.model for f in finishes(await Tiers([says()], [], sieve=sieve).ask())] == ["small"]


async def test_a_judge_that_is_too_slow_leaves_the_answer_and_a_cost_that_is_not_known() -> None:
    slow = Slow("judge", USAGE)
    parts = await Tiers([says()], [], sieve=Judging(Heuristic(), slow, timeout=0.01)).ask()
    assert paid(parts) == [("judge", "judge", Usage()), ("turn", "small", USAGE)]
    assert [part.cost_usd for part in parts if isinstance(part, Spent)] == [None]


async def test_a_judge_whose_key_is_refused_is_an_error() -> None:
    _, sieve = judged(failing(faults.Status(status=401)))
    with pytest.raises(AuthenticationError):
        await Tiers([says()], [says()], sieve=sieve).ask()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("PASS", ""),
        ("pass.", ""),
        ("**FAIL**: wrong", "the judge: wrong"),
        ("Verdict: FAIL - made up", "the judge: made up"),
        ("Let me see.\nFAIL", "the judge: it does not meet the criteria"),
        ("", ""),
        ("It would be a failure.", ""),
    ],
)
def test_verdicts_are_read_as_models_write_them(said: str, fault: str) -> None:
    assert fault_in(said) == fault


async def test_an_error_that_is_not_the_service_is_raised() -> None:
    tiers = Tiers([says()], [])
    with pytest.raises(InvalidRequestError):
        await tiers.ask(strongest=True)
