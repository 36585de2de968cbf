"""Steps put together: what is handed on, what is kept where one fails, what is left when all is stopped."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui import Loop, Named, Parallel, Sequential, Step, StepEnded, StepResult, StepStarted, Workflow
from heartbit_tui.agents.acting import AgentStep, CommandStep, FunctionStep
from heartbit_tui.agents.steps import Around, Deed, Told, failed
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import Notice, StepKind
from heartbit_tui.kernel.messages import Usage


class Spending:
    """A step that costs something, and then is done, fails, or waits until it is stopped."""

    def __init__(self, name: str, tokens: int, usd: float | None = 0.5, how: str = "done") -> None:
        self.name = name
        self._spent = Usage(input_tokens=tokens), usd
        self._how = how
        self.began = asyncio.Event()

    @property
    def kind(self) -> StepKind:
        return "agent"

    async def work(self, text: str, around: Around) -> Deed:
        around.account.spend(*self._spent)
        self.began.set()
        if self._how == "waits":
            await asyncio.Event().wait()
        return Deed(text=f"{text}{self.name}") if self._how == "done" else failed("no", "max_turns", "half")


def adds(letter: str) -> Callable[[str], str]:
    def add(text: str) -> str:
        return text + letter

    return add


async def breaks(text: str) -> str:
    raise ValueError("it broke")


async def waits(text: str) -> str:
    await asyncio.Event().wait()
    return text


def hears() -> tuple[list[Told], Callable[[Told], None]]:
    told: list[Told] = []
    return told, told.append


async def test_each_step_gets_the_text_of_the_one_before_and_the_last_ones_is_the_workflows() -> None:
    result = await Sequential(adds("a"), adds("b"), adds("c")).run("0")
    assert (result.how, result.text, [part.text for part in result.parts]) == ("done", "0abc", ["0a", "0ab", "0abc"])


async def test_what_was_done_before_a_failure_is_kept_and_nothing_after_it_begins() -> None:
    result = await Sequential(adds("a"), breaks, adds("c")).run("0")
    assert (result.how, result.text, result.error) == ("failed", "0a", "“breaks” failed: ValueError: it broke")
    assert [(part.name, part.how) for part in result.parts] == [("add", "done"), ("breaks", "failed")]


async def test_what_works_side_by_side_is_put_together_in_the_order_of_its_definition() -> None:
    first_may_end = asyncio.Event()

    async def slow(text: str) -> str:
        await first_may_end.wait()
        return "slow"

    async def quick(text: str) -> str:
        first_may_end.set()
        return "quick"

    result = await Parallel(slow, quick, quick).run("")
    assert result.text == "## slow\nslow\n\n## quick\nquick\n\n## quick#2\nquick"
    assert [part.name for part in result.parts] == ["slow", "quick", "quick#2"]


async def test_the_first_failure_stops_the_others_and_what_was_done_is_kept() -> None:
    done, waiting = Spending("done", 1), Spending("waiting", 10, how="waits")

    async def fails(text: str) -> str:
        await asyncio.gather(done.began.wait(), waiting.began.wait())
        raise ValueError("it broke")

    result = await Parallel(done, waiting, fails).run("0")
    assert (result.how, result.text) == ("failed", "## done\n0done")
    assert result.error == "“fails” failed: ValueError: it broke"
    assert {part.name: part.how for part in result.parts} == {"done": "done", "waiting": "stopped", "fails": "failed"}
    assert (result.usage.input_tokens, result.cost_usd) == (11, 1.0)


async def test_without_that_the_others_go_on_and_all_failures_are_told() -> None:
    may_end = asyncio.Event()

    async def later(text: str) -> str:
        await may_end.wait()
        return "later"

    async def fails(text: str) -> str:
        may_end.set()
        raise ValueError("it broke")

    result = await Parallel(fails, later, Named(name="again", step=FunctionStep(function=fails)), fail_fast=False).run(
        ""
    )
    assert (result.how, result.text) == ("failed", "## later\nlater")
    assert result.error == "“fails” failed: ValueError: it broke So did “again”."


@given(many=st.integers(1, 12), at_once=st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_no_more_work_at_a_time_than_may_and_as_many_as_can(many: int, at_once: int) -> None:
    working = most = 0

    async def work(text: str) -> str:
        nonlocal working, most
        working += 1
        most = max(most, working)
        for _ in range(3):
            await asyncio.sleep(0)
        working -= 1
        return text

    result = Parallel(*[work] * many, at_once=at_once).run_sync("")
    assert (result.ok, len(result.parts), most) == (True, many, min(many, at_once))


async def test_a_loop_is_over_when_its_text_says_so() -> None:
    told, hear = hears()
    result = await Loop(adds("x"), until="xxx", max_iterations=9).run("", on_event=hear)
    assert (result.how, result.text) == ("done", "xxx")
    assert [event.round for event in told if isinstance(event, StepStarted)] == [0, 1, 2, 3]


async def asked_later(text: str) -> bool:
    return len(text) >= 2


def asked(text: str) -> bool:
    return len(text) >= 2


@pytest.mark.parametrize("until", [asked, asked_later])
async def test_a_loop_is_over_when_a_predicate_says_so(until: Callable[[str], bool | Awaitable[bool]]) -> None:
    assert (await Loop(adds("x"), until=until, max_iterations=9).run("")).text == "xx"


async def test_a_loop_whose_condition_never_held_says_so_and_fails_where_it_has_to_hold() -> None:
    told, hear = hears()
    result = await Loop(adds("x"), until="never", max_iterations=2, name="try").run("", on_event=hear)
    assert (result.how, result.text) == ("done", "xx")
    said = "“try” went round 2 times, and what it waits for never held."
    assert [event.text for event in told if isinstance(event, Notice)] == [said]
    strict = await Loop(adds("x"), until="never", max_iterations=1, required=True, name="try").run("")
    assert (strict.how, strict.text, strict.error) == ("failed", "x", said.replace("2 times", "once"))


async def test_a_loop_without_a_condition_does_all_its_rounds_in_silence() -> None:
    told, hear = hears()
    assert (await Loop(adds("x"), max_iterations=3).run("", on_event=hear)).text == "xxx"
    assert [event for event in told if isinstance(event, Notice)] == []


async def test_a_failure_ends_a_loop_with_the_text_of_the_round_before() -> None:
    rounds: list[str] = []

    def once(text: str) -> str:
        rounds.append(text)
        if len(rounds) == 2:
            raise ValueError("enough")
        return "first"

    result = await Loop(adds("x"), once, max_iterations=5).run("")
    assert (result.how, result.text, rounds) == ("failed", "firstx", ["x", "firstx"])


@pytest.mark.parametrize("number", [0, -1, True, 1.5])
def test_a_number_of_rounds_or_places_is_at_least_one(number: int) -> None:
    with pytest.raises(ConfigError, match="max_iterations of “loop” has to be a whole number from 1 on"):
        Loop(adds("x"), max_iterations=number)
    with pytest.raises(ConfigError, match="at_once of “parallel” has to be a whole number from 1 on"):
        Parallel(adds("x"), at_once=number)


def test_a_workflow_has_steps() -> None:
    with pytest.raises(ConfigError, match="The workflow “mine” has no steps"):
        Sequential(name="mine")


async def test_workflows_are_steps_to_any_depth() -> None:
    inner: Workflow = Sequential(adds("x"), name="inner")
    for number in range(60):
        inner = Sequential(inner, name=f"around {number}")
    result = await Sequential(Parallel(inner, adds("y")), adds("z")).run("0")
    assert result.text == "## around 59\n0x\n\n## add\n0yz"


async def test_one_that_is_stopped_stops_all_it_has_begun_and_counts_what_was_spent() -> None:
    told, hear = hears()
    one, other = Spending("one", 3, how="waits"), Spending("other", 4, how="waits")
    before = asyncio.all_tasks()
    running = asyncio.ensure_future(Sequential(Parallel(one, other, name="both"), name="all").run("", on_event=hear))
    await asyncio.gather(one.began.wait(), other.began.wait())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    ended = {event.name: (event.how, event.usage.total) for event in told if isinstance(event, StepEnded)}
    assert ended == {"one": ("stopped", 3), "other": ("stopped", 4), "both": ("stopped", 7), "all": ("stopped", 7)}
    assert asyncio.all_tasks() - {running} == before


async def test_a_function_in_a_thread_is_waited_for_when_it_is_stopped() -> None:
    begun, may_end, over = threading.Event(), threading.Event(), threading.Event()

    def blocks(text: str) -> str:
        begun.set()
        may_end.wait()
        over.set()
        return text

    running = asyncio.ensure_future(Sequential(blocks).run(""))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert over.is_set()


async def test_what_gives_no_text_has_failed() -> None:
    result = await Sequential(lambda text: 3, name="wrong").run("")  # pyright: ignore[reportArgumentType] - on purpose
    assert (result.how, result.error) == ("failed", "“<lambda>” failed: <lambda> gave int, and a step gives text.")


async def test_a_cost_is_unknown_where_one_of_it_is() -> None:
    result = await Sequential(Spending("a", 1), Sequential(Spending("b", 2, None), name="inner")).run("")
    assert (result.usage.input_tokens, result.cost_usd) == (3, None)
    assert [part.cost_usd for part in result.parts] == [0.5, None]


@pytest.mark.parametrize("step", [AgentStep(agent="writer"), CommandStep(command="make test")])
async def test_what_needs_a_session_says_so_where_there_is_none(step: Step) -> None:
    result = await Sequential(step).run("")
    assert (result.how, result.fault) == ("failed", "config")
    assert "needs a session" in result.error


TREES = st.recursive(
    st.tuples(st.just("leaf"), st.integers(0, 9), st.booleans()),
    lambda inner: st.tuples(
        st.sampled_from(["sequential", "parallel", "loop"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


def grown(tree: Any) -> Step:
    if tree[0] == "leaf":
        return Spending("leaf", tree[1], 0.25, "fails" if tree[2] else "done")
    inner = [grown(each) for each in tree[1]]
    if tree[0] == "parallel":
        return Parallel(*inner, fail_fast=False)
    return Loop(*inner, max_iterations=2) if tree[0] == "loop" else Sequential(*inner)


def leaves(result: StepResult) -> list[StepResult]:
    return [leaf for part in result.parts for leaf in leaves(part)] or [result]


@given(tree=TREES)
@settings(max_examples=60, deadline=None)
def test_sums_failures_and_events_hold_for_every_tree(tree: Any) -> None:
    told, hear = hears()
    result = Sequential(grown(tree)).run_sync("", on_event=hear)
    done = leaves(result)
    assert result.usage.input_tokens == sum(leaf.usage.input_tokens for leaf in done)
    assert result.cost_usd == 0.25 * len(done)
    assert result.ok == all(leaf.ok for leaf in done)
    assert result.fault == ("" if result.ok else "max_turns")
    began = [event.id for event in told if isinstance(event, StepStarted)]
    ended = [event.id for event in told if isinstance(event, StepEnded)]
    assert sorted(began) == sorted(ended)
    assert len(set(began)) == len(began)
    open_ones = {""}
    for event in told:
        if isinstance(event, StepStarted):
            assert event.within in open_ones
            open_ones.add(event.id)
        elif isinstance(event, StepEnded):
            open_ones.remove(event.id)
    assert open_ones == {""}
