"""What was taken is what is read, pieces of unfinished messages included."""

import asyncio
import os
import sqlite3
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Delta,
    Envelope,
    Event,
    Notice,
    RetryAttempt,
    RunStarted,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolInputDelta,
    ToolProgress,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolResult
from heartbit_tui.kernel.protocols import Journal
from heartbit_tui.store.deltas import Pieces
from heartbit_tui.store.recorder import Place, Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.store.worker import Worker
from heartbit_tui.testing.clock import FakeClock
from tests.samples import samples
from tests.stopwatch import Stopwatch
from tests.store.logs import STARTED, give, placed, record, run
from tests.wire.strategies import EVENT_TYPES, values

WHOLE = AssistantMessage(message=Assistant(content=(Text(text="Hello world"),)))
NOTE = Notice(level="info", text="odd \ud800 name")


def texts(log: tuple[Envelope, ...]) -> list[tuple[int, str]]:
    return [(each.seq, each.event.text) for each in log if isinstance(each.event, Delta)]


async def test_a_session_reads_back_as_it_was_recorded(store: Store) -> None:
    log = await record(store, "s", [STARTED, *run("fix it", turns=3), NOTE])
    assert (await store.load("s")).envelopes == log


async def test_a_log_reads_back_up_to_a_seq_and_by_types(store: Store) -> None:
    log = await record(store, "s", [STARTED, *run("fix it", turns=2)])
    assert (await store.load("s", until=5)).envelopes == log[:5]
    only = (await store.load("s", only=[AssistantMessage])).envelopes
    assert only == (*(each for each in log if isinstance(each.event, AssistantMessage)), log[-1])


async def test_every_type_of_event_is_recorded(store: Store) -> None:
    whole = [kind for kind in EVENT_TYPES if kind not in get_args(Delta)]
    drawn: list[Event] = []

    @settings(max_examples=1, phases=[Phase.generate], database=None)
    @given(st.tuples(*(values(kind) for kind in whole)))
    def draw(events: tuple[Event, ...]) -> None:
        drawn.extend(events)

    draw()
    await record(store, "s", [STARTED, *drawn])
    assert (await store.load("s")).skipped == ()


async def test_committed_means_that_another_connection_sees_it(store: Store) -> None:
    async with store.recorder("s") as recorder:
        log = placed([STARTED, *run("a", turns=20)])
        for envelope in log:
            recorder.take(envelope)
            await recorder.committed(envelope.seq)
            assert (await store.load("s", until=envelope.seq)).envelopes[-1] == envelope
        await recorder.committed(1)


async def test_kept_means_the_same_without_hurry(store: Store) -> None:
    async with store.recorder("s") as recorder:
        log = placed([STARTED, *run("a")])
        for envelope in log:
            recorder.take(envelope)
        last = log[-1].seq
        waiting = [asyncio.create_task(recorder.kept(seq)) for seq in range(1, last + 1)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        await asyncio.gather(*waiting)
        assert len((await store.load("s")).envelopes) == last
        await recorder.kept(last)


async def test_the_beginning_of_a_run_is_on_its_way_to_the_disk_once_the_loop_comes_round() -> None:
    handed_over: list[object] = []

    class Noting(Worker):
        def post(
            self, operation: Callable[[sqlite3.Connection], None], done: Callable[[StoreError | None], None]
        ) -> None:
            handed_over.append(operation)

    worker = Noting(lambda: sqlite3.connect(":memory:"), "noting")
    recorder = Recorder(worker, Place(session_id="s"), FakeClock(), Pieces())
    for envelope in placed([STARTED, RunStarted(task="fix it")]):
        recorder.take(envelope)
    for _ in range(2):
        await asyncio.sleep(0)
    assert len(handed_over) == 1  # together with what came before it


async def test_a_recorder_is_a_journal_and_a_sink_of_the_bus(store: Store) -> None:
    async with store.recorder("s") as recorder:
        journal: Journal = recorder
        bus = Bus(sinks=(recorder.take,))
        log = placed([STARTED, *run("a")])
        for envelope in log:
            bus.publish(envelope)
        await journal.committed(len(log))
        assert (await store.load("s")).envelopes == log


async def test_an_error_in_a_session_comes_through_as_it_is(store: Store) -> None:
    log = placed([STARTED, TextDelta(text="last words")])

    async def fails() -> None:
        async with store.recorder("s") as recorder:
            give(recorder, log)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert (await store.load("s")).envelopes == log


async def test_what_was_never_taken_cannot_be_committed(store: Store) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed([STARTED]))
        with pytest.raises(StoreError, match="never given"):
            await recorder.committed(2)


async def test_a_waiter_that_is_cancelled_does_not_hurt_the_others(store: Store) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed([STARTED, NOTE]))
        waiting = [asyncio.create_task(recorder.committed(seq)) for seq in (1, 2, 2)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.gather(waiting[0], waiting[2])
    assert len((await store.load("s")).envelopes) == 2


async def test_pieces_are_stored_a_second_after_the_first_of_them(store: Store, clock: FakeClock) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed([STARTED, TextDelta(text="Hel"), TextDelta(text="lo "), ThinkingDelta(text="hm")]))
        await recorder.committed(1)
        assert texts((await store.load("s")).envelopes) == []
        await clock.slept_by(1)
        await clock.advance(1.0)
        await recorder.committed(4)
        assert texts((await store.load("s")).envelopes) == [(3, "Hello "), (4, "hm")]


async def test_nothing_ticks_while_nothing_is_written(store: Store, clock: FakeClock) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed([STARTED, NOTE]))
        await recorder.committed(2)
        assert clock.slept == []


async def test_the_whole_message_takes_the_place_of_its_pieces(store: Store) -> None:
    async with store.recorder("s") as recorder:
        log = placed([STARTED, TextDelta(text="Hello "), TextDelta(text="world"), WHOLE])
        give(recorder, log[:3])
        await recorder.committed(3)
        assert texts((await store.load("s")).envelopes) == [(3, "Hello world")]
        give(recorder, log[3:])
    assert (await store.load("s")).envelopes == (log[0], log[3])


@pytest.mark.parametrize(
    ("piece", "end"),
    [
        (TextDelta(text="a"), RetryAttempt(attempt=1, max_retries=3, delay_ms=1)),
        (ToolInputDelta(tool_call_id="c", tool_name="t", text="{"), WHOLE),
        (ToolProgress(tool_call_id="c", text="out"), ToolAnswered(result=ToolResult(call_id="c", content="out"))),
    ],
)
async def test_pieces_go_when_they_no_longer_count(store: Store, piece: Delta, end: Event) -> None:
    async with store.recorder("s") as recorder:
        log = placed([STARTED, piece, end])
        give(recorder, log[:2])
        await recorder.flush()
        give(recorder, log[2:])
    assert (await store.load("s")).envelopes == (log[0], log[2])


async def test_pieces_of_others_stay(store: Store) -> None:
    async with store.recorder("s") as recorder:
        mine = placed([STARTED, TextDelta(text="mine")])
        theirs = placed([TextDelta(text="theirs")], first=3, agent="helper")
        output = placed([ToolProgress(tool_call_id="c", text="output"), WHOLE], first=4)
        give(recorder, (*mine, *theirs, *output))
    assert texts((await store.load("s")).envelopes) == [(3, "theirs"), (4, "output")]


async def test_pieces_that_a_crash_left_go_when_the_message_is_told_whole(path: Path, clock: FakeClock) -> None:
    log = placed([STARTED, TextDelta(text="Hel"), WHOLE])
    async with Store.open(path, clock) as first, first.recorder("s") as recorder:
        give(recorder, log[:2])
    async with Store.open(path, clock) as second:
        assert texts((await second.load("s")).envelopes) == [(2, "Hel")]
        async with second.recorder("s") as recorder:
            assert recorder.seq == 2
            give(recorder, log[2:])
        assert (await second.load("s")).envelopes == (log[0], log[2])


PIECES = st.one_of(
    st.builds(TextDelta, text=st.text(max_size=5)),
    st.builds(ThinkingDelta, text=st.text(max_size=5)),
    st.builds(ToolProgress, tool_call_id=st.sampled_from("ab"), text=st.text(max_size=5)),
)


@settings(max_examples=samples(300, 75), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(PIECES, st.sampled_from(["one", "two"]), st.booleans()), max_size=30))
def test_text_shown_is_text_stored(steps: list[tuple[Delta, str, bool]]) -> None:
    """However pieces come and whenever they are checkpointed, each stream's text stays what a reader saw."""
    pieces = Pieces()
    shown: dict[tuple[object, ...], str] = {}
    stored: list[Envelope] = []
    for seq, (event, agent, checkpoint) in enumerate(steps, 1):
        (envelope,) = placed([event], first=seq, agent=agent)
        pieces.add(envelope, event)
        shown[kind_of(envelope)] = shown.get(kind_of(envelope), "") + event.text
        if checkpoint:
            stored.extend(pieces.checkpoint())
            assert not pieces.waiting
    stored.extend(pieces.checkpoint())
    told: dict[tuple[object, ...], str] = {}
    for envelope in sorted(stored, key=lambda each: each.seq):
        assert isinstance(envelope.event, Delta)
        told[kind_of(envelope)] = told.get(kind_of(envelope), "") + envelope.event.text
    assert told == shown
    assert len({envelope.seq for envelope in stored}) == len(stored)


def kind_of(envelope: Envelope) -> tuple[object, ...]:
    event = envelope.event
    return (envelope.agent, type(event), event.tool_call_id if isinstance(event, ToolProgress) else "")


async def test_a_commit_is_quick(store: Store, tmp_path: Path) -> None:
    took: list[float] = []
    async with store.recorder("s") as recorder:
        for envelope in placed([STARTED, *run("a", turns=60)]):
            watch = Stopwatch()
            recorder.take(envelope)
            await recorder.committed(envelope.seq)
            took.append(watch.unhindered)
    median, floor = statistics.median(took), statistics.median(synced(tmp_path / "floor"))
    print(f"take to committed: median {median * 1e3:.2f} ms of {len(took)}; a bare fsync {floor * 1e3:.2f} ms")
    assert median < 0.008 + 2 * floor


def synced(path: Path) -> list[float]:
    """Seconds that this disk takes for each of some bare writes."""
    took: list[float] = []
    with path.open("wb", buffering=0) as file:
        for _ in range(30):
            watch = Stopwatch()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            took.append(watch.unhindered)
    return took
