import asyncio
from datetime import datetime, timedelta

import pytest

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.conversation import NOT_STARTED, UNKNOWN_OUTCOME
from heartbit_tui.kernel.errors import ConfigError, ContextOverflowError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    ModeChanged,
    ModelChanged,
    Notice,
    PermissionDenied,
    PromptQueued,
    Question,
    QuestionAnswered,
    QuestionAsked,
    Rewound,
    RunCompleted,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    TextDelta,
    ToolCallCompleted,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import JsonObject, StopReason, Text, Usage, user
from heartbit_tui.kernel.ops import (
    Close,
    Compact,
    Decide,
    Effort,
    Interrupt,
    Mode,
    Rename,
    Rewind,
    SetMode,
    SetModel,
    Steer,
)
from heartbit_tui.kernel.protocols import (
    Action,
    Allow,
    Ask,
    CallContext,
    Deny,
    Effects,
    Output,
    Request,
    Scene,
    Shortening,
    Verdict,
)
from heartbit_tui.kernel.session import BUSY, CLOSED, NO_MODELS, NO_SUCH_PLACE, NOTHING_TO_COMPACT
from heartbit_tui.providers.script import call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, prompt, says, spoken, turn


async def hang(input: JsonObject, context: CallContext) -> Output:
    await asyncio.Event().wait()
    raise AssertionError


def hangs(name: str = "hang") -> FakeTool:
    return FakeTool(name, hang)


def asks(action: Action, mode: Mode) -> Verdict:
    return Ask(reason="it writes") if mode is Mode.ASK else Allow()


def ends(rig: Rig) -> list[str]:
    return [event.reason for event in rig.of(RunInterrupted)]


async def test_a_prompt_during_a_run_waits_for_its_end() -> None:
    async with opened(Plan(replies=[says("1"), says("2")])) as rig:
        rig.prompt("one")
        rig.prompt("two")
        await rig.session.settled()
    assert rig.of(PromptQueued) == [PromptQueued(text="two", position=1)]
    assert spoken(rig.messages) == ["user: one | [mode: ask]", "model: 1", "user: two", "model: 2"]
    assert [envelope.run for envelope in rig.log if isinstance(envelope.event, RunStarted)] == ["run-1", "run-2"]


async def test_an_interrupt_lets_the_queue_wait_until_the_next_prompt() -> None:
    async with opened(Plan(replies=[turn(call("hang")), says("2"), says("3")], tools=[hangs()])) as rig:
        rig.prompt("one")
        rig.prompt("two")
        await rig.until(ToolCallStarted)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert (ends(rig), len(rig.of(RunStarted))) == (["the user"], 1)
        rig.prompt("three")
        await rig.session.settled()
    assert [event.task for event in rig.of(RunStarted)] == ["one", "two", "three"]
    assert [(event.text, event.position) for event in rig.of(PromptQueued)] == [("two", 1), ("three", 1)]


async def test_an_interrupt_before_the_run_could_begin_still_tells_of_it() -> None:
    async with opened(Plan(replies=[says("-")])) as rig:
        rig.prompt("one")
        rig.session.submit(Interrupt(reason="changed my mind"))
        await rig.session.settled()
    assert [type(event).__name__ for event in rig.events] == ["RunStarted", "UserMessage", "RunInterrupted"]
    assert ends(rig) == ["changed my mind"]


async def test_an_interrupt_during_a_stream_keeps_what_was_shown() -> None:
    reply = turn(Text(text="half of it"), call("echo"), chunk=4, pace=1.0)
    async with opened(Plan(replies=[reply, says("ok")], tools=[FakeTool()])) as rig:
        rig.prompt("one")
        await rig.clock.slept_by(1)
        await rig.clock.advance(1.0)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        await rig.ask("two")
    kept = rig.of(AssistantMessage)[0].message
    assert (kept.text, kept.stop, kept.calls) == ("half of ", StopReason.INTERRUPTED, ())
    assert [event.text for event in rig.of(TextDelta)][:2] == ["half", " of "]
    assert ends(rig) == ["the user"]


async def test_an_interrupt_while_an_approval_waits_withdraws_it() -> None:
    plan = Plan(replies=[turn(call("edit", "c1")), says("ok")], tools=[FakeTool("edit")], gate=FakeGate(asks))
    async with opened(plan) as rig:
        rig.prompt("one")
        asked = await rig.until(ApprovalRequested)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        rig.session.submit(Decide(id=asked.id, allow=True))
        await rig.ask("two")
    assert [(event.approved, event.by) for event in rig.of(ApprovalDecision)] == [(False, "policy")]
    assert rig.results[0].content == NOT_STARTED


async def test_an_interrupt_while_a_question_waits_closes_it() -> None:
    async def ask(input: JsonObject, context: CallContext) -> Output:
        await context.ask([Question(question="Which?")])
        raise AssertionError

    async with opened(Plan(replies=[turn(call("ask", "c1")), says("ok")], tools=[FakeTool("ask", ask)])) as rig:
        rig.prompt("one")
        await rig.until(QuestionAsked)
        rig.session.submit(Interrupt())
        await rig.session.settled()
    assert rig.of(QuestionAnswered) == [QuestionAnswered(id="question-1", answers=())]


async def test_an_interrupt_during_a_call_says_that_its_outcome_is_unknown_and_how_long_it_ran() -> None:
    plan = Plan(
        replies=[turn(call("hang", "c1"), call("echo", "c2", text="ok")), says("ok")], tools=[hangs(), FakeTool()]
    )
    async with opened(plan) as rig:
        rig.prompt("one")
        await rig.until(ToolCallCompleted)
        await rig.clock.advance(2.5)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        await rig.ask("two")
    assert {result.call_id: result.content for result in rig.results} == {"c1": UNKNOWN_OUTCOME, "c2": "ok"}
    assert [(event.tool_name, event.duration_ms) for event in rig.of(ToolCallCompleted)] == [
        ("echo", 0),
        ("hang", 2500),
    ]


async def test_a_call_that_is_interrupted_after_the_clock_was_set_back_took_no_negative_time() -> None:
    class SetBack(FakeClock):
        def now(self) -> datetime:
            return super().now() - timedelta(hours=len(rig.log))

    async with opened(Plan(replies=[turn(call("hang", "c1"))], tools=[hangs()], clock=SetBack())) as rig:
        rig.prompt("one")
        await rig.until(ToolCallStarted)
        rig.session.submit(Interrupt())
        await rig.session.settled()
    assert [event.duration_ms for event in rig.of(ToolCallCompleted)] == [0]


async def test_a_tool_that_swallows_its_cancellation_does_not_keep_the_run_alive() -> None:
    async def stubborn(input: JsonObject, context: CallContext) -> Output:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Output(content="I stayed")
        raise AssertionError

    async with opened(Plan(replies=[turn(call("echo", "c1")), says("-")], tools=[FakeTool(behave=stubborn)])) as rig:
        rig.prompt("one")
        await rig.until(ToolCallStarted)
        rig.session.submit(Interrupt())
        await rig.session.settled()
    assert (ends(rig), rig.results[0].content) == (["the user"], "I stayed")


async def test_steering_is_heard_at_the_next_tool_boundary() -> None:
    async def steered(input: JsonObject, context: CallContext) -> Output:
        rig.session.submit(Steer(text="use tabs"))
        return Output(content="ok")

    replies = [turn(call("echo", "c1")), says("done")]
    async with opened(Plan(replies=replies, tools=[FakeTool(behave=steered)])) as rig:
        await rig.ask("go")
    assert spoken(rig.messages)[2:] == ["user: c1=ok | use tabs", "model: done"]
    assert [event.origin for event in rig.of(UserMessage)] == ["prompt", "heartbit", "steer"]


async def test_steering_during_the_last_answer_lets_the_run_go_on() -> None:
    async with opened(Plan(replies=[says("done", pace=1.0), says("done again")])) as rig:
        rig.prompt("go")
        await rig.clock.slept_by(1)
        rig.session.submit(Steer(text="one more thing"))
        await rig.clock.advance(9.0)
        await rig.session.settled()
    assert spoken(rig.messages)[1:] == ["model: done", "user: one more thing", "model: done again"]
    assert len(rig.of(RunCompleted)) == 1


async def test_words_that_come_too_late_become_the_next_prompt() -> None:
    async def steered(input: JsonObject, context: CallContext) -> Output:
        rig.session.submit(Steer(text="use tabs"))
        rig.session.submit(Interrupt())
        await asyncio.sleep(0)
        raise AssertionError

    async with opened(
        Plan(replies=[turn(call("echo")), says("2"), says("3")], tools=[FakeTool(behave=steered)])
    ) as rig:
        await rig.ask("one")
        assert rig.of(PromptQueued) == [PromptQueued(text="use tabs", position=1)]
        await rig.ask("two")
    assert [event.task for event in rig.of(RunStarted)] == ["one", "use tabs", "two"]


async def test_steering_without_a_run_is_a_prompt() -> None:
    async with opened(Plan(replies=[says("hi")])) as rig:
        rig.session.submit(Steer(text="go"))
        await rig.session.settled()
    assert [event.task for event in rig.of(RunStarted)] == ["go"]


async def test_a_mode_holds_from_the_next_call_on_and_is_told_to_the_model_once() -> None:
    async def relax(input: JsonObject, context: CallContext) -> Output:
        rig.session.submit(SetMode(mode=Mode.YOLO))
        return Output(content="ok")

    plan = Plan(
        replies=[turn(call("echo", "c1", text="1")), turn(call("echo", "c2", text="2")), says("done")],
        tools=[FakeTool(behave=relax)],
        gate=FakeGate(asks),
    )
    async with opened(plan) as rig:
        rig.prompt("go")
        asked = await rig.until(ApprovalRequested)
        rig.session.submit(Decide(id=asked.id, allow=True))
        await rig.session.settled()
        assert rig.session.settings.mode is Mode.YOLO
    assert len(rig.of(ApprovalRequested)) == 1
    assert rig.of(ModeChanged)[0] == ModeChanged(mode=Mode.YOLO)
    told = [event.message for event in rig.of(UserMessage) if event.origin == "heartbit"]
    assert told == [user("[mode: ask]"), user("[mode: yolo]")]


@pytest.mark.security("K44")
@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize("mode", [Mode.PLAN, Mode.YOLO])
async def test_a_mode_that_changes_while_a_request_waits_answers_nothing_and_what_it_forbids_does_not_run(
    mode: Mode, allow: bool
) -> None:
    ran: list[JsonObject] = []

    async def act(input: JsonObject, context: CallContext) -> Output:
        ran.append(input)
        return Output(content="ok")

    def judge(action: Action, mode: Mode) -> Verdict:
        by_mode: dict[Mode, Verdict] = {Mode.PLAN: Deny(reason="only plans", rule="plan mode"), Mode.YOLO: Allow()}
        return by_mode.get(mode, Ask(reason="sure?"))

    replies = [turn(call("echo", "c1", text="1")), says("done")]
    async with opened(Plan(replies=replies, tools=[FakeTool(behave=act)], gate=FakeGate(judge))) as rig:
        rig.prompt("go")
        asked = await rig.until(ApprovalRequested)
        rig.session.submit(SetMode(mode=mode))
        await rig.until(ModeChanged)
        assert (ran, rig.of(ToolCallCompleted)) == ([], [])
        rig.session.submit(Decide(id=asked.id, allow=allow))
        await rig.session.settled()
    assert len(ran) == (allow and mode is Mode.YOLO)
    denied = [event.reason for event in rig.of(PermissionDenied)]
    assert denied == ([] if ran else ["only plans" if allow else "refused by the user"])


async def test_another_model_answers_from_the_next_turn_on() -> None:
    other = Scripted([says("from the other")], model="m2", name="two")

    async def switch(input: JsonObject, context: CallContext) -> Output:
        rig.session.submit(SetModel(model="m2", effort=Effort.HIGH))
        return Output(content="ok")

    plan = Plan(replies=[turn(call("echo"))], tools=[FakeTool(behave=switch)], models=lambda op: other)
    async with opened(plan) as rig:
        await rig.ask("go")
    assert rig.of(ModelChanged) == [ModelChanged(provider="two", model="m2", effort=Effort.HIGH)]
    assert (other.requests[0].effort, rig.of(AssistantMessage)[-1].message.model) == (Effort.HIGH, "m2")


async def test_a_model_that_cannot_be_had_leaves_the_old_one() -> None:
    def unknown(op: SetModel) -> Scripted:
        raise ConfigError(f"There is no model {op.model}.")

    for models, told in ((unknown, "There is no model m9."), (None, NO_MODELS)):
        async with opened(Plan(models=models)) as rig:
            rig.session.submit(SetModel(model="m9"))
        assert rig.events == [Notice(level="error", text=told)]


async def test_a_rewind_goes_back_and_only_between_runs() -> None:
    async with opened(Plan(replies=[says("1"), says("2"), turn(call("hang"))], tools=[hangs()])) as rig:
        await rig.ask("one")
        back = rig.session.seq + 1
        await rig.ask("two")
        rig.session.submit(Rewind(seq=back))
        rig.session.submit(Rewind(seq=10_000))
        rig.prompt("three")
        await rig.until(ToolCallStarted)
        rig.session.submit(Rewind(seq=1))
    assert rig.of(Rewound) == [Rewound(to=back)]
    seqs = NO_SUCH_PLACE.format(seq=10_000, last=rig.log.index(next(e for e in rig.log if isinstance(e.event, Notice))))
    assert [event.text for event in rig.of(Notice)] == [seqs, BUSY]
    assert spoken(rig.messages)[:3] == ["user: one | [mode: ask]", "model: 1", "user: three"]


async def test_facts_that_a_rewind_took_away_are_told_again() -> None:
    async with opened(Plan(replies=[says("1"), says("2"), says("3")])) as rig:
        await rig.ask("one")
        rig.session.submit(Rewind(seq=1))
        await rig.ask("two")
        await rig.ask("three")
    assert spoken(rig.messages)[0] == "user: two | [mode: ask]"
    assert sum(event.origin == "heartbit" for event in rig.of(UserMessage)) == 2


async def test_a_title() -> None:
    async with opened(Plan()) as rig:
        rig.session.submit(Rename(title="T"))
    assert rig.events == [SessionRenamed(title="T")]


async def test_a_conversation_with_nothing_to_shorten_says_so() -> None:
    async with opened(Plan()) as rig:
        rig.session.submit(Compact())
        await rig.session.settled()
    assert rig.events == [Notice(level="info", text=NOTHING_TO_COMPACT)]


async def test_a_policy_that_fails_does_not_end_the_session() -> None:
    class Broken(Whole):
        async def shorten(
            self,
            request: Request,
            scene: Scene,
            *,
            turn: int,
            focus: str = "",
            overflow: ContextOverflowError | None = None,
        ) -> Shortening | None:
            raise ZeroDivisionError("ours")

    async with opened(Plan(replies=[says("hi")], context=Broken())) as rig:
        rig.session.submit(Compact())
        rig.prompt("go")
        await rig.session.settled()
    assert [event.level for event in rig.of(Notice)] == ["error"]
    assert len(rig.of(RunCompleted)) == 1


async def test_a_closed_session_starts_nothing_more() -> None:
    async with opened(Plan(replies=[turn(call("hang"))], tools=[hangs()])) as rig:
        rig.prompt("one")
        rig.prompt("two")
        await rig.until(ToolCallStarted)
        rig.session.submit(Close())
        rig.session.submit(prompt("three"))
        rig.session.submit(Compact())
    assert ends(rig) == ["the session was closed"]
    assert [event.text for event in rig.of(Notice)] == [CLOSED, BUSY]
    assert len(rig.of(RunStarted)) == 1


async def test_a_session_left_by_an_error_ends_its_run() -> None:
    rig = Rig(Plan(replies=[turn(call("hang"))], tools=[hangs()]))
    try:
        async with rig.session:
            rig.prompt("one")
            raise KeyError
    except KeyError:
        pass
    assert [type(event).__name__ for event in rig.events][-1] == "RunInterrupted"


async def test_readers_come_to_an_end_with_the_session() -> None:
    rig = Rig(Plan(replies=[says("hi")]))
    async with rig.session:
        await rig.ask("go")
    assert [envelope async for envelope in rig.reader] == rig.log


async def test_usage_of_a_run_is_its_own() -> None:
    async with opened(Plan(replies=[says("1"), says("2")])) as rig:
        await rig.ask("one")
        await rig.ask("two")
    assert {event.total_usage for event in rig.of(RunCompleted)} == {Usage(input_tokens=10, output_tokens=5)}


async def test_effects_that_last_are_those_that_running_twice_would_repeat() -> None:
    assert [effects for effects in Effects if effects.lasting] == [Effects.NETWORK, Effects.WRITE, Effects.EXECUTE]
