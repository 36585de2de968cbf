import asyncio
from collections.abc import AsyncGenerator

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    ModelCalled,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    ToolCallStarted,
)
from heartbit_tui.kernel.ledger import Ledger
from heartbit_tui.kernel.messages import JsonObject, StopReason, Text, Usage
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Mode
from heartbit_tui.kernel.protocols import (
    Action,
    Agent,
    Allow,
    Ask,
    Block,
    CallContext,
    Finish,
    Limits,
    Output,
    Part,
    Request,
    Verdict,
)
from heartbit_tui.kernel.runs import run
from heartbit_tui.providers.script import call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.journal import MemoryJournal
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, prompt, says, spoken, turn


def gate() -> FakeGate:
    def decide(action: Action, mode: Mode) -> Verdict:
        return Ask(reason="it writes") if action.call.name == "edit" else Allow()

    return FakeGate(decide)


class Delegates:
    """A tool that lets an agent with a desk of its own work on each call, in the session of `rig`."""

    def __init__(self) -> None:
        self.rig: Rig | None = None
        self.desks: list[Desk] = []
        self.tool = FakeTool("delegate", self.behave, keeps_own_time=True)

    async def behave(self, input: JsonObject, context: CallContext) -> Output:
        assert self.rig is not None
        session, name = self.rig.session, str(input["to"])
        provider = Scripted([turn(call("edit", "c1"), cost_usd=0.5), says(f"{name} is done", cost_usd=0.5)], model=name)
        agent = Agent(name=name, system="", provider=provider, tools=(FakeTool("edit"),), gate=gate(), context=Whole())
        desk = Desk(
            name,
            append=session.append,
            journal=MemoryJournal(),
            clock=self.rig.clock,
            settings=type(session.settings)(mode=Mode.ASK, provider=provider),
            people=session.people,
        )
        self.desks.append(desk)
        await run(agent, desk, prompt(str(input["task"])), why=lambda: "its parent was stopped")
        return Output(content=spoken(desk.conversation.messages())[-1])


def team(limits: Limits | None = None) -> tuple[Delegates, Plan, Ledger]:
    delegates, ledger = Delegates(), Ledger()
    calls = [call("delegate", "c1", to="one", task="a"), call("delegate", "c2", to="two", task="b")]
    replies = [turn(*calls, cost_usd=0.5), says("all done", cost_usd=0.5)]
    plan = Plan(replies=replies, tools=[delegates.tool], gate=gate(), limits=limits or Limits(), sinks=[ledger.take])
    return delegates, plan, ledger


async def worked(rig: Rig, delegates: Delegates, *, allow: bool, stops: bool = False) -> None:
    """Let both delegates ask, and decide the same for them; `stops` declines to spend more than may be spent."""
    delegates.rig = rig
    rig.prompt("go")
    await rig.until(ApprovalRequested, 2)
    for asked in rig.of(ApprovalRequested):
        rig.session.submit(Decide(id=asked.id, allow=allow))
    if stops:
        rig.session.submit(Answer(id=(await rig.until(QuestionAsked)).id, answers=()))
    await rig.session.settled()


async def test_agents_that_work_for_another_ask_the_same_people_under_their_own_names() -> None:
    delegates, plan, _ = team()
    async with opened(plan) as rig:
        await worked(rig, delegates, allow=True)
    who = [envelope.agent for envelope in rig.log if isinstance(envelope.event, ApprovalRequested)]
    assert (who, [asked.id for asked in rig.of(ApprovalRequested)]) == (["one", "two"], ["approval-1", "approval-2"])
    assert spoken(rig.messages)[2] == "user: c1=model: one is done | c2=model: two is done"
    assert len(rig.of(RunCompleted)) == 3


async def test_what_they_spend_is_reported_by_the_run_and_stands_in_the_ledger() -> None:
    delegates, plan, ledger = team()
    async with opened(plan) as rig:
        await worked(rig, delegates, allow=False)
    total = ledger.total()
    assert (total.calls, total.cost_usd) == (6, 3.0)
    assert rig.of(RunCompleted)[-1].total_usage == total.usage == Usage(input_tokens=60, output_tokens=30)
    assert [(line.agent, line.calls, line.cost_usd) for line in ledger.lines()] == [
        ("main", 2, 1.0),
        ("one", 2, 1.0),
        ("two", 2, 1.0),
    ]


async def test_what_they_spend_counts_for_the_limit_of_the_one_they_work_for() -> None:
    delegates, plan, _ = team(Limits(max_cost_usd=2.0))
    async with opened(plan) as rig:
        await worked(rig, delegates, allow=True, stops=True)
    assert [event.kind for event in rig.of(RunFailed)] == ["max_cost"]
    assert len(rig.provider.requests) == 1


async def test_an_interrupt_ends_all_of_them_and_withdraws_what_they_asked() -> None:
    delegates, plan, _ = team()
    async with opened(plan) as rig:
        delegates.rig = rig
        rig.prompt("go")
        await rig.until(ApprovalRequested, 2)
        rig.session.submit(Interrupt())
        await rig.session.settled()
    reasons = {
        envelope.agent: envelope.event.reason for envelope in rig.log if isinstance(envelope.event, RunInterrupted)
    }
    assert reasons == {"one": "its parent was stopped", "two": "its parent was stopped", "main": "the user"}
    assert len(rig.of(ApprovalDecision)) == 2


class Deaf:
    """A provider that goes on when it is cancelled."""

    name = "deaf"
    model = "m1"

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            yield Block(block=Text(text="I did not hear you"))
        yield Finish(stop=StopReason.END_TURN, usage=Usage(input_tokens=1), provider=self.name, model=self.model)


async def test_a_provider_that_does_not_hear_an_interrupt_does_not_keep_the_run_alive() -> None:
    async with opened(Plan()) as rig:
        rig.session.settings.provider = Deaf()
        rig.prompt("go")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rig.session.submit(Interrupt())
        await rig.session.settled()
    assert rig.of(RunInterrupted) == [RunInterrupted(reason="the user", partial_usage=Usage(input_tokens=1))]
    assert [event.message.text for event in rig.of(AssistantMessage)] == ["I did not hear you"]
    assert len(rig.of(ModelCalled)) == 1


def test_no_agent_hears_an_envelope_twice() -> None:
    rig = Rig(Plan())
    envelope = rig.session.append("main", RunStarted(task="go"))
    rig.session.desk.hear(envelope)
    assert rig.events == [RunStarted(task="go")]
    assert rig.of(ToolCallStarted) == []
