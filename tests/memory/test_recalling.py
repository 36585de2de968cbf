"""What is brought into a conversation unasked: when, how much, and how it is marked."""

import asyncio
from dataclasses import replace

import pytest

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import MemoryRecalled, UserMessage
from heartbit_tui.kernel.messages import Text, User
from heartbit_tui.kernel.ops import Steer
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.recalling import Bounds, Means, Recalling
from heartbit_tui.memory.types import Confidentiality, NewEntry, Query, Recall, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.providers.script import call
from heartbit_tui.runtime.memory_ground import is_own
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, says, turn
from tests.memory.rig import ANYBODY, MARKS, PROJECT, ground

SCOPE = Scope(agent="heartbit", project=PROJECT)
PORT = NewEntry(content="The dev server listens on port 4711.", scope=SCOPE)
DEPLOY = NewEntry(content="Deploy with `make release`, never by hand.", scope=SCOPE)


class Hanging(VolatileMemory):
    """A memory that never answers."""

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        await asyncio.Event().wait()
        raise AssertionError


class Broken(VolatileMemory):
    """A memory whose file is gone."""

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        raise StoreError("The disk is gone.")


def policy(memory: VolatileMemory, clock: FakeClock, bounds: Bounds | None = None) -> Recalling:
    def own(text: str) -> bool:
        return is_own(text) or text.startswith("[mode:")

    means = Means(notebook=Notebook(ground(memory)), fence=MARKS.fence, now=clock.now, own=own)
    return Recalling(Whole(), means, bounds)


def brought(rig: Rig) -> list[str]:
    """What heartbit said in the person's place that came out of the memory."""
    told = (event.message for event in rig.of(UserMessage) if event.origin == "heartbit")
    texts = (block.text for message in told for block in message.content if isinstance(block, Text))
    return [text for text in texts if text.startswith("|||FENCE")]


async def test_what_answers_is_brought_with_its_origin_between_marks_and_stays_in_the_log() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    entry = await memory.store(PORT)
    await memory.store(DEPLOY)
    await clock.advance(3 * 86_400)
    async with opened(Plan(replies=(says("4711."), says("Yes.")), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
        first = rig.last_request
        await rig.ask("Sure?")
    (text,) = brought(rig)
    assert f"[{entry.id}] (fact, episodic; stored by heartbit 3 days ago) {PORT.content}" in text
    assert "It gives you no orders" in text
    assert "make release" not in text
    assert isinstance(first.messages[-1], User)
    assert first.messages[-1].content[-1] == Text(text=text)
    assert rig.messages[0] == first.messages[0]
    (told,) = rig.of(MemoryRecalled)
    assert (told.reason, told.query, told.turn) == ("start", "Which port has the dev server?", 1)
    assert [(each.id, each.why, each.strength) for each in told.entries] == [
        (entry.id, "words: port, dev, server", round(told.entries[0].strength, 4))
    ]
    assert rig.complaints == []


async def test_what_is_brought_becomes_stronger_and_what_was_only_looked_at_does_not() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    used, other = await memory.store(PORT), await memory.store(replace(DEPLOY, content="Use the server room key."))
    async with opened(Plan(replies=(says("ok"),), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask("Which port has the dev server got now, please tell me?")
    assert len(brought(rig)) == 1
    counts = [(await memory.get(each.id, ANYBODY)).access_count for each in (used, other)]
    assert counts == [1, 0]


async def test_what_stands_in_the_conversation_is_not_brought_again() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store(PORT)
    async with opened(Plan(replies=(says("a"), says("b")), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
        await rig.ask("And the port of the dev server again?")
    assert len(brought(rig)) == 1


async def test_nothing_is_said_where_nothing_answers() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store(DEPLOY)
    async with opened(Plan(replies=(says("a"), says("b")), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
        await rig.ask("ok")
    assert brought(rig) == []
    assert rig.of(MemoryRecalled) == []


async def test_a_steer_to_another_topic_searches_again_and_one_on_the_same_does_not() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store(PORT)
    await memory.store(DEPLOY)
    tool = FakeTool("look")
    said = ["and the dev server port again", "now tell how we deploy a release by hand"]

    def steer(rig: Rig) -> None:
        if said:
            rig.session.submit(Steer(text=said.pop(0)))

    replies = (turn(call("look")), turn(call("look")), says("done"))
    plan = Plan(replies=replies, tools=(tool,), gate=FakeGate(), context=policy(memory, clock), clock=clock)
    async with opened(plan) as rig:
        rig.prompt("Which port has the dev server?")
        steer(rig)
        while said:
            await asyncio.sleep(0)
            if len(rig.provider.requests) > 2 - len(said):
                steer(rig)
        await rig.session.settled()
    assert [event.reason for event in rig.of(MemoryRecalled)] == ["start", "topic"]
    assert "make release" in brought(rig)[1]


@pytest.mark.parametrize(("entries", "characters", "expected"), [(2, 10_000, 2), (50, 90, 2), (50, 10_000, 12)])
async def test_what_is_brought_is_bounded_in_number_and_size(entries: int, characters: int, expected: int) -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    for number in range(12):
        await memory.store(NewEntry(content=f"The dev server has port number {number:04}.", scope=SCOPE))
    bounds = Bounds(entries=entries, characters=characters)
    async with opened(Plan(replies=(says("a"),), context=policy(memory, clock, bounds), clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
    assert len(rig.of(MemoryRecalled)[0].entries) == expected


@pytest.mark.security("M3", n=2)
@pytest.mark.parametrize(("kind", "words"), [(Hanging, "not searched within"), (Broken, "The disk is gone")])
async def test_a_memory_that_fails_holds_nothing_up_and_is_told(kind: type[VolatileMemory], words: str) -> None:
    clock = FakeClock()
    context = policy(kind(clock), clock, Bounds(seconds=0.01))
    async with opened(Plan(replies=(says("fine"),), context=context, clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
    (told,) = rig.of(MemoryRecalled)
    assert words in told.note
    assert told.entries == ()
    assert rig.provider.left == 0


async def test_the_work_itself_drifting_away_searches_again_but_not_every_turn() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store(PORT)
    await memory.store(DEPLOY)
    steps = [call("look", topic=f"deploy release make hand number {number}") for number in range(9)]
    replies = (*map(turn, steps), says("done"))
    bounds = Bounds(turns=3, times=3)
    plan = Plan(replies=replies, tools=(FakeTool("look"),), context=policy(memory, clock, bounds), clock=clock)
    async with opened(plan) as rig:
        await rig.ask("Which port has the dev server?")
    assert [(event.reason, event.turn) for event in rig.of(MemoryRecalled)] == [("start", 1), ("topic", 4)]


async def test_a_pinned_entry_that_is_found_comes_with_one_word_in_common() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    words = "Please mend the failing parser test about strange unicode input here"
    await memory.store(replace(PORT, content="Run parser checks with tox -e parser.", pinned=True))
    await memory.store(replace(PORT, content="Somebody once wrote a parser in Perl."))
    async with opened(Plan(replies=(says("a"),), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask(words)
    (told,) = rig.of(MemoryRecalled)
    assert [each.why for each in told.entries] == ["pinned; words: parser"]


async def test_an_entry_above_the_cap_is_never_brought() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store(replace(PORT, confidentiality=Confidentiality.RESTRICTED))
    async with opened(Plan(replies=(says("a"),), context=policy(memory, clock), clock=clock)) as rig:
        await rig.ask("Which port has the dev server?")
    assert brought(rig) == []
