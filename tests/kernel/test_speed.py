"""What the kernel itself costs, in CPU time of this thread; the bounds leave room for a slow machine."""

import statistics
import time
import tracemalloc
from collections.abc import AsyncGenerator

from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.events import Envelope, Event, TextDelta
from heartbit_tui.kernel.messages import StopReason, Text, ToolCall, Usage
from heartbit_tui.kernel.protocols import Block, Finish, Limits, Part, Request
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig
from tests.kernel.test_conversation import AT, answered, log, result, said


class Tireless:
    """A provider that calls `echo` this many times; `gaps` holds the CPU seconds from answers to next requests."""

    name = "tireless"
    model = "m1"

    def __init__(self, turns: int) -> None:
        self._turns = turns
        self._since: float | None = None
        self._count = 0
        self.gaps: list[float] = []

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        if self._since is not None:
            self.gaps.append(time.thread_time() - self._since)
        self._count += 1
        more = self._count <= self._turns
        call = ToolCall(id=f"c{self._count}", name="echo", input={"text": str(self._count)})
        yield Block(block=call if more else Text(text="done"))
        stop = StopReason.TOOL_USE if more else StopReason.END_TURN
        yield Finish(stop=stop, usage=Usage(input_tokens=1), provider=self.name, model=self.model, cost_usd=0.0)
        self._since = time.thread_time()


async def tired(turns: int) -> Tireless:
    """A provider that has been asked for all these turns, in a session whose log nobody keeps."""
    provider = Tireless(turns)
    rig = Rig(Plan(tools=[FakeTool()], limits=Limits(max_turns=turns + 1)))
    rig.session.settings.provider = provider
    rig.reader.close()
    async with rig.session:
        await rig.ask("go")
    return provider


def growing(turns: int) -> list[Envelope]:
    events: list[Event] = []
    for turn in range(turns):
        events += [said(str(turn)), answered("look", f"c{turn}"), result(f"c{turn}"), answered("done")]
    return log(*events)


async def test_a_turn_costs_little_and_no_more_after_2000_of_them() -> None:
    gaps = (await tired(2000)).gaps
    first, last = statistics.median(gaps[:200]), statistics.median(gaps[-200:])
    print(f"a turn: {statistics.median(gaps) * 1e6:.0f} us, first 200 {first * 1e6:.0f}, last 200 {last * 1e6:.0f}")
    assert statistics.median(gaps) < 0.002
    assert last < 3 * first


async def test_a_run_keeps_nothing_but_its_conversation() -> None:
    tracemalloc.start()
    try:
        rig = Rig(Plan(tools=[FakeTool()], limits=Limits(max_turns=2001)))
        rig.session.settings.provider = Tireless(2000)
        rig.reader.close()
        async with rig.session:
            before = tracemalloc.get_traced_memory()[0]
            await rig.ask("go")
            rig.log.clear()
            grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    print(f"{grown / 2000:.0f} bytes a turn")
    assert grown < 2000 * 6_000


def test_a_conversation_of_10_000_messages_is_read_and_built_in_no_time() -> None:
    envelopes = growing(2500)
    begun = time.thread_time()
    conversation = Conversation("main", envelopes)
    folded = time.thread_time()
    messages = conversation.messages()
    built = time.thread_time()
    conversation.apply(Envelope(seq=10**6, at=AT, session="s", run="", agent="main", event=said("next")))
    conversation.messages()
    again = time.thread_time()
    print(
        f"fold {(folded - begun) * 1e3:.1f} ms, build {(built - folded) * 1e3:.2f}, again {(again - built) * 1e3:.2f}"
    )
    assert len(messages) == 10_000
    assert folded - begun < 0.3
    assert max(built - folded, again - built) < 0.02


def test_a_slow_reader_costs_as_much_for_each_delta_however_many_wait() -> None:
    few, many = _deltas(5_000), _deltas(50_000)
    print(f"5,000 deltas {few * 1e3:.1f} ms, 50,000 {many * 1e3:.1f} ms")
    assert many < 30 * few


def _deltas(count: int) -> float:
    bus = Bus()
    reader = bus.subscribe()
    envelopes = log(*[TextDelta(text="ab ")] * count)
    begun = time.thread_time()
    for envelope in envelopes:
        bus.publish(envelope)
    [merged] = reader.drain()
    assert isinstance(merged.event, TextDelta)
    assert len(merged.event.text) == 3 * count
    return time.thread_time() - begun
