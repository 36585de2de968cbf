"""Random scripts, random tools, random people and random cancels: what always holds, whatever happens."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hypothesis import HealthCheck, given, settings, strategies as st

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Question,
    QuestionAsked,
    RunCompleted,
    ToolAnswered,
    ToolProgress,
)
from heartbit_tui.kernel.messages import JsonObject, StopReason, Text, Thinking, ToolCall, Usage
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Mode, SetMode, Steer
from heartbit_tui.kernel.protocols import Action, Allow, Ask, CallContext, Deny, Effects, Limits, Output, Verdict
from heartbit_tui.providers.faults import Drop, Fault, Status
from heartbit_tui.providers.script import RawCall, Reply, ScriptBlock
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, broken, prompt, says
from tests.samples import samples

BEHAVIOURS = ("ok", "error", "raise", "later", "much later", "stubborn", "ask", "exit", "stopped", "progress", "silent")
ERRORS = MappingProxyType({"raise": ValueError("bad"), "exit": SystemExit(1), "stopped": asyncio.CancelledError()})
WAITS = MappingProxyType({"later": 3, "much later": 12, "progress": 1})
NAMES = ("read", "write", "raed", "wirte", "exit", "")
FAULTS: tuple[Fault | None, ...] = (None, None, None, None, None, Drop(after=1), Status(status=529), Status(status=400))
BATCHES = samples(1_000, 300)
RANDOM = settings(max_examples=samples(500, 125), suppress_health_check=[HealthCheck.too_slow])


async def act(input: JsonObject, context: CallContext) -> Output:
    """Do what the input says."""
    do = str(input.get("do"))
    if do in ERRORS:
        raise ERRORS[do]
    if do == "stubborn":
        return await stay()
    if do == "ask":
        return Output(content=str(await context.ask([Question(question="?")])))
    if do == "progress":
        context.emit(ToolProgress(tool_call_id=context.call_id, text="."))
    for _ in range(WAITS.get(do, 0)):
        await asyncio.sleep(0)
    return Output(content="" if do == "silent" else "ok", is_error=do == "error")


async def stay() -> Output:
    try:
        for _ in range(6):
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        pass
    return Output(content="I stayed")


class SometimesFull:
    """A journal that may run out of space at some seq, and takes a moment for each write."""

    def __init__(self, fails_at: int) -> None:
        self._fails_at = fails_at

    async def committed(self, seq: int) -> None:
        await asyncio.sleep(0)
        if self._fails_at and seq >= self._fails_at:
            raise StoreError("full")

    async def kept(self, seq: int) -> None:
        await self.committed(seq)


@dataclass(frozen=True)
class Chance:
    """A random choice after the other, all from one seed."""

    dice: random.Random

    def reply(self) -> Reply:
        blocks: list[ScriptBlock] = []
        if self.dice.random() < 0.3:
            blocks.append(Thinking(text="hm"))
        if self.dice.random() < 0.5:
            blocks.append(Text(text=self.dice.choice(["words", " ", ""])))
        blocks += [self.call() for _ in range(self.dice.choice([0, 1, 1, 2, 3, 8]))]
        self.dice.shuffle(blocks)
        stop = self.dice.choice([None, None, None, None, StopReason.PAUSE, StopReason.MAX_TOKENS, StopReason.REFUSAL])
        usage = Usage(input_tokens=self.dice.randrange(50), output_tokens=self.dice.randrange(50))
        return Reply(blocks=tuple(blocks), stop=stop, usage=usage, chunk=3, fault=self.dice.choice(FAULTS))

    def call(self) -> ToolCall | RawCall:
        name, call_id = self.dice.choice(NAMES), self.dice.choice(["", "", "same", "other"])
        if self.dice.random() < 0.1:
            return RawCall(name=name, arguments='{"do": ', id=call_id)
        return ToolCall(id=call_id, name=name, input={"do": self.dice.choice(BEHAVIOURS)})

    def verdict(self, action: Action, mode: Mode) -> Verdict:
        if mode is Mode.YOLO:
            return Allow()
        return self.dice.choice([Allow(), Allow(), Deny(reason="no"), Ask(reason="hm")])


class Person:
    """Answers what is asked, at once or a little later, and interferes at given seqs."""

    def __init__(self, chance: Chance, interferes: dict[int, Callable[[Rig], None]]) -> None:
        self._chance = chance
        self._interferes = interferes
        self.rig: Rig | None = None

    def take(self, envelope: Envelope) -> None:
        rig = self.rig
        assert rig is not None
        loop = asyncio.get_running_loop()
        match envelope.event:
            case ApprovalRequested(id=id):
                decide = Decide(id=id, allow=self._chance.dice.random() < 0.7, note=self._chance.dice.choice(["", "n"]))
                loop.call_soon(rig.session.submit, decide)
            case QuestionAsked(id=id):
                answers = self._chance.dice.choice([(), (("Go on",),), (("other",),)])
                loop.call_soon(rig.session.submit, Answer(id=id, answers=answers))
            case _:
                pass
        if interfere := self._interferes.pop(envelope.seq, None):
            interfere(rig)


def cancel_now(rig: Rig) -> None:
    rig.session.submit(Interrupt())


def cancel_soon(rig: Rig) -> None:
    asyncio.get_running_loop().call_soon(rig.session.submit, Interrupt())


def steer(rig: Rig) -> None:
    rig.session.submit(Steer(text="words"))


def dare(rig: Rig) -> None:
    rig.session.submit(SetMode(mode=Mode.YOLO))


def queue(rig: Rig) -> None:
    rig.session.submit(prompt("queued"))


async def live(seed: int, interferes: dict[int, Callable[[Rig], None]], *, full_at: int = 0) -> Rig:
    """One session of two prompts under these conditions, taken up again and asked once more."""
    chance = Chance(random.Random(seed))
    person = Person(chance, dict(interferes))
    replies = [*(chance.reply() for _ in range(8)), says("enough", times=0)]
    tools = [FakeTool("read", act), FakeTool("write", act, effects=Effects.WRITE)]
    plan = Plan(
        replies=replies,
        tools=tools,
        gate=FakeGate(chance.verdict),
        limits=Limits(max_turns=12, max_parallel_calls=chance.dice.choice([1, 2, 16])),
        journal=SometimesFull(full_at),
        sinks=[person.take],
    )
    rig = person.rig = Rig(plan)
    async with rig.session:
        await rig.ask("one")
        await rig.ask("two")
    assert rig.complaints == []
    assert broken(rig.log) == []
    again = Rig(Plan(replies=[says("fine")], tools=tools, log=rig.log[: chance.dice.randrange(len(rig.log))]))
    async with again.session:
        await again.ask("three")
    assert again.complaints == []
    assert broken(again.log) == []
    assert isinstance(again.events[-1], RunCompleted)
    return rig


INTERFERENCES = st.dictionaries(
    st.integers(1, 60), st.sampled_from([cancel_now, cancel_soon, steer, dare, queue]), max_size=3
)
CANCELS = st.tuples(st.integers(1, 60), st.sampled_from([cancel_now, cancel_soon]))


@RANDOM
@given(st.integers(0, 10**9), CANCELS, INTERFERENCES)
async def test_500_cancels_at_random_points_leave_a_consistent_history(
    seed: int, cancel: tuple[int, Callable[[Rig], None]], others: dict[int, Callable[[Rig], None]]
) -> None:
    await live(seed, {**others, cancel[0]: cancel[1]})


async def test_1000_random_batches_answer_every_call_once() -> None:
    batches = 0
    for seed in range(900):
        rig = await live(seed, {})
        batches += _batches([envelope.event for envelope in rig.log])
        if batches >= BATCHES:
            break
    print(f"{batches} batches")
    assert batches >= BATCHES


def _batches(events: Sequence[object]) -> int:
    assert any(isinstance(event, ToolAnswered) for event in events) or len(events) > 3
    return sum(isinstance(event, AssistantMessage) and bool(event.message.calls) for event in events)


@settings(max_examples=samples(200, 50))
@given(st.integers(0, 10**9), st.integers(1, 80))
async def test_a_disk_that_fills_up_at_any_point_leaves_a_consistent_history(seed: int, full_at: int) -> None:
    await live(seed, {}, full_at=full_at)
