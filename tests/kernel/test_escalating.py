"""The strongest model of a cascade, when a person wants it."""

from collections.abc import AsyncGenerator

from heartbit_tui.kernel.escalating import NEXT, NONE_STRONGER, NOW
from heartbit_tui.kernel.events import ModelEscalated, Notice, ToolCallStarted
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Escalate, Interrupt, SetModel
from heartbit_tui.kernel.protocols import CallContext, Output, Part, Request
from heartbit_tui.providers.script import call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, says, turn


class TwoTiers:
    """A small model, and a big one for who wants the strongest; notes who was asked."""

    name = "scripted"
    model = "big"
    strongest = "big"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left = 0

    def escalate(self) -> None:
        self.left += 1

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        model = "big" if request.strongest else "small"
        self.asked.append(model)
        if request.strongest:
            yield ModelEscalated(from_tier="small", to_tier="big", reason="asked")
        replies = [turn(call("wait"))] if len(self.asked) == 1 else [says("Done.")]
        async for part in Scripted(replies, model=model).stream(request):
            yield part


async def wait(input: JsonObject, context: CallContext) -> Output:
    return Output(content="waited")


def tiered(tiers: TwoTiers) -> Plan:
    return Plan(tools=[FakeTool("wait", wait)], models=lambda _: tiers)


def notices(rig: Rig) -> list[str]:
    return [event.text for event in rig.of(Notice)]


async def test_where_no_run_is_active_it_takes_the_next_turn_and_no_more() -> None:
    tiers = TwoTiers()
    async with opened(tiered(tiers)) as rig:
        rig.session.submit(SetModel(model="big"))
        rig.session.submit(Escalate())
        await rig.ask("go")
    assert notices(rig) == [NEXT.format(model="big")]
    assert tiers.asked == ["big", "small"]


async def test_while_tools_run_it_takes_the_turn_behind_them_and_what_is_asked_is_left() -> None:
    tiers = TwoTiers()
    async with opened(tiered(tiers)) as rig:
        rig.session.submit(SetModel(model="big"))
        rig.prompt("go")
        await rig.until(ToolCallStarted)
        rig.session.submit(Escalate())
        await rig.session.settled()
    assert notices(rig) == [NOW.format(model="big")]
    assert (tiers.asked, tiers.left) == (["small", "big"], 1)
    assert rig.of(ModelEscalated) == [ModelEscalated(from_tier="small", to_tier="big", reason="asked")]


async def test_a_wish_does_not_outlive_the_run_that_it_was_made_in() -> None:
    tiers = TwoTiers()
    async with opened(tiered(tiers)) as rig:
        rig.session.submit(SetModel(model="big"))
        rig.prompt("go")
        await rig.until(ToolCallStarted)
        rig.session.submit(Interrupt())
        rig.session.submit(Escalate())
        await rig.session.settled()
        await rig.ask("again")
    assert set(tiers.asked) == {"small"}


async def test_without_a_cascade_a_person_is_told_so() -> None:
    async with opened(Plan(replies=[says("Hi.")])) as rig:
        rig.session.submit(Escalate())
        await rig.ask("go")
    assert notices(rig) == [NONE_STRONGER]
    assert not rig.last_request.strongest
