"""Caps on money: a person is asked, and nobody spends more than one answer beyond what was agreed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.kernel.caps import Caps, Reached
from heartbit_tui.kernel.events import (
    BudgetExceeded,
    CapChanged,
    Envelope,
    ModelCalled,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
)
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.ops import Answer, Interrupt, Period, SetCap
from heartbit_tui.kernel.protocols import Limits
from heartbit_tui.kernel.spending import ONCE, STOP, amount, raised
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, says, turn

PRICE = 0.4


def working(turns: int, cost: float | None = PRICE) -> list[Reply]:
    """So many turns with a call each, and an answer that ends the run."""
    return [*(turn(call("echo", text=str(n)), cost_usd=cost) for n in range(turns)), says("done", cost_usd=cost)]


@asynccontextmanager
async def asked(plan: Plan, said: Sequence[str]) -> AsyncGenerator[Rig]:
    """A run whose questions about money are answered with these words, one after the other."""
    async with opened(plan) as rig:
        rig.prompt("go")
        for number, words in enumerate(said, 1):
            question = await rig.until(QuestionAsked, number)
            rig.session.submit(Answer(id=question.id, answers=((words,),) if words else ()))
        await rig.session.settled()
        yield rig


def plan(turns: int = 4, run: float | None = 1.0, **caps: float) -> Plan:
    periods: dict[Period, float] = {name: usd for name, usd in caps.items() if name in ("session", "day")}
    return Plan(
        replies=working(turns),
        tools=[FakeTool()],
        limits=Limits(max_cost_usd=run),
        caps=Caps(periods) if periods else Caps(),
    )


async def test_a_person_is_asked_before_the_answer_after_the_one_that_passed_the_cap() -> None:
    async with asked(plan(), [STOP.label]) as rig:
        question = rig.of(QuestionAsked)[0].questions[0]
        assert question.question.startswith("This run has cost $1.20, and its cap is $1.00. Go on?")
        assert [option.label for option in question.options] == ["Go on once", "Raise to $2.00", "Stop"]
        [told] = rig.of(BudgetExceeded)
        assert (told.period, told.action, told.unit, told.limit) == ("run", "asked", "usd", 1.0)
        assert (rig.of(RunFailed)[0].kind, len(rig.provider.requests)) == ("max_cost", 3)
        assert len(rig.results) == 3


@pytest.mark.parametrize("said", [STOP.label, ""])
async def test_stopping_and_declining_end_the_run_and_keep_all_that_was_done(said: str) -> None:
    async with asked(plan(), [said]) as rig:
        assert rig.of(RunFailed)[0].error.startswith("Cost limit exceeded: used $1.2000, limit $1.0000.")
        rig.session.submit(SetCap(period="run", usd=None))
        await rig.ask("go on")
        assert isinstance(rig.events[-1], RunCompleted)


async def test_once_is_one_answer_and_the_question_comes_again() -> None:
    async with asked(plan(turns=4), [ONCE.label, ONCE.label]) as rig:
        assert isinstance(rig.events[-1], RunCompleted)
        assert (len(rig.provider.requests), rig.of(CapChanged)) == (5, [])


async def test_a_raised_cap_holds_for_the_session_and_asks_where_it_ends() -> None:
    async with asked(plan(turns=6), ["Raise to $2.00", STOP.label]) as rig:
        assert rig.of(CapChanged) == [CapChanged(period="run", usd=2.0)]
        assert [told.limit for told in rig.of(BudgetExceeded)] == [1.0, 2.0]
        assert len(rig.provider.requests) == 6


async def test_an_amount_of_ones_own_is_the_new_cap_and_what_is_none_is_asked_again() -> None:
    async with asked(plan(), ["plenty", "0.5", "-3", "$7,50"]) as rig:
        questions = [asked.questions[0].question for asked in rig.of(QuestionAsked)]
        assert [text.startswith("`") for text in questions] == [False, True, True, True]
        assert rig.of(CapChanged) == [CapChanged(period="run", usd=7.5)]
        assert isinstance(rig.events[-1], RunCompleted)


async def test_an_answer_that_ends_the_run_is_kept_however_much_it_cost() -> None:
    async with asked(Plan(replies=[says("done", cost_usd=9.0)], limits=Limits(max_cost_usd=1.0)), []) as rig:
        assert isinstance(rig.events[-1], RunCompleted)


async def test_the_cap_of_a_session_counts_all_its_runs_also_those_before_it_was_taken_up_again() -> None:
    before = plan(turns=0, run=None, session=0.7)
    before.replies = [*working(0), *working(0)]
    async with opened(before) as rig:
        await rig.ask("one")
        await rig.ask("two")
        assert rig.of(QuestionAsked) == []
    again = plan(turns=0, run=None, session=0.7)
    again.log = tuple(rig.log)
    async with asked(again, [STOP.label]) as later:
        assert [told.period for told in later.of(BudgetExceeded)] == ["session"]
        assert later.of(RunFailed)[0].error.startswith("Cost limit of the session exceeded: used $0.8000")
        assert later.provider.requests == []


async def test_the_cap_of_a_day_counts_what_others_spent_today_and_forgets_it_tomorrow() -> None:
    asked_for: list[date] = []

    async def elsewhere(day: date) -> float:
        asked_for.append(day)
        return 5.0 if len(set(asked_for)) == 1 else 0.0

    capped = Plan(replies=[*working(0), *working(0)], caps=Caps({"day": 4.0}, elsewhere=elsewhere))
    async with asked(capped, [STOP.label]) as rig:
        assert [told.period for told in rig.of(BudgetExceeded)] == ["day"]
        await rig.clock.advance(timedelta(days=1).total_seconds())
        await rig.ask("again")
        assert isinstance(rig.events[-1], RunCompleted)
        assert len(set(asked_for)) == 2


async def test_nobody_there_ends_the_run_with_the_limit_of_the_span() -> None:
    periods: tuple[tuple[Period, str], ...] = (("session", "--max-session-cost"), ("day", "--max-day-cost"))
    for period, flag in periods:
        capped = plan(run=None)
        capped.on_ask, capped.caps = "deny", Caps({period: 1.0})
        async with asked(capped, []) as rig:
            [failed] = rig.of(RunFailed)
            assert (failed.kind, flag in failed.error) == ("max_cost", True)
            assert [(told.period, told.action) for told in rig.of(BudgetExceeded)] == [(period, "ended")]


async def test_an_interrupt_while_the_question_stands_ends_the_run_and_withdraws_it() -> None:
    async with opened(plan()) as rig:
        rig.prompt("go")
        await rig.until(QuestionAsked)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert isinstance(rig.events[-1], RunInterrupted)
        assert rig.of(QuestionAnswered) == [QuestionAnswered(id="question-1", answers=())]
        rig.session.submit(SetCap(period="run", usd=90.0))
        await rig.ask("go on")
        assert isinstance(rig.events[-1], RunCompleted)


async def test_several_caps_are_asked_about_one_after_the_other_and_a_lower_one_set_meanwhile_holds() -> None:
    async with asked(plan(turns=3, run=0.3, session=0.3), [ONCE.label, ONCE.label] * 3) as rig:
        assert [told.period for told in rig.of(BudgetExceeded)] == ["run", "session"] * 3
        rig.session.submit(SetCap(period="session", usd=0.1))
        rig.prompt("more")
        await rig.until(QuestionAsked, 7)
        assert rig.of(BudgetExceeded)[-1].limit == 0.1
        rig.session.submit(Interrupt())
        await rig.session.settled()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 3), max_size=12),
    st.floats(0.1, 4),
    st.lists(st.sampled_from(["Go on once", "Raise", "Stop"]), max_size=12),
)
def test_no_run_costs_more_than_was_agreed_by_more_than_one_answer(
    costs: list[float], cap: float, said: list[str]
) -> None:
    asyncio.run(_spends_what_was_agreed(costs, cap, said))


async def _spends_what_was_agreed(costs: list[float], cap: float, said: list[str]) -> None:
    replies = [*(turn(call("echo", text=str(n)), cost_usd=cost) for n, cost in enumerate(costs)), says("done")]
    capped = Plan(replies=replies, tools=[FakeTool()], limits=Limits(max_cost_usd=cap))
    words = iter(said)
    async with opened(capped) as rig:
        rig.prompt("go")
        open_questions = 0
        while rig.session.running:
            questions = rig.of(QuestionAsked)
            if len(questions) > open_questions:
                open_questions += 1
                options = {option.label.split()[0]: option.label for option in questions[-1].questions[0].options}
                label = options[next(words, "Stop").split()[0]]
                rig.session.submit(Answer(id=questions[-1].id, answers=((label,),)))
            await asyncio.sleep(0)
        _check(rig.log, cap)


def _check(log: Sequence[Envelope], cap: float) -> None:
    """Before each answer either no more was spent than the cap of then, or a person was asked and agreed."""
    spent, agreed = 0.0, False
    for envelope in log:
        match envelope.event:
            case ModelCalled(cost_usd=cost):
                assert spent <= cap or agreed
                spent, agreed = spent + (cost or 0.0), False
            case QuestionAnswered(answers=answers):
                agreed = answers != ((STOP.label,),)
            case CapChanged(usd=usd):
                assert (usd or 0.0) >= spent
                cap = usd or 0.0
            case _:
                pass


@given(st.floats(0.0001, 1e4), st.floats(0.0001, 1e4))
def test_what_is_offered_is_above_what_was_used(used: float, cap: float) -> None:
    if used > cap:
        assert raised(Reached(period="run", used=used, cap=cap)) >= used


@pytest.mark.parametrize(
    ("said", "usd"), [("5", 5.0), (" $5 ", 5.0), ("2,5", 2.5), ("nan", None), ("1e999", None), ("", None), ("-1", None)]
)
def test_an_amount_is_read_as_people_write_it(said: str, usd: float | None) -> None:
    assert amount(said) == usd


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 72), st.floats(0, 5)), max_size=20), st.integers(0, 20))
def test_spans_add_up_whatever_was_there_before(calls: list[tuple[int, float]], before: int) -> None:
    caps = Caps(day_of=lambda at: at.date())
    envelopes = [_called(number, hours, usd) for number, (hours, usd) in enumerate(sorted(calls), 1)]
    for number, envelope in enumerate(envelopes):
        (caps.recall if number < before else caps.take)(envelope)
    assert caps.used("session", NOON) == pytest.approx(sum(usd for _, usd in calls))
    last = envelopes[-1].at if envelopes else NOON
    today: Mapping[date, float] = {}
    for envelope in envelopes[before:]:
        assert isinstance(envelope.event, ModelCalled)
        today = {**today, envelope.at.date(): today.get(envelope.at.date(), 0.0) + (envelope.event.cost_usd or 0.0)}
    assert caps.used("day", last) == pytest.approx(today.get(last.date(), 0.0))


def _called(number: int, hours: int, usd: float) -> Envelope:
    event = ModelCalled(purpose="turn", model="m", usage=Usage(), cost_usd=usd)
    return Envelope(seq=number, at=NOON + timedelta(hours=hours), session="s", run="run-1", agent="main", event=event)
