from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.kernel.bus import Bus, GapError
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    Event,
    Notice,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
    ToolProgress,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = st.sampled_from(["a", "b"])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(TextDelta, text=LETTERS),
    st.builds(ThinkingDelta, text=LETTERS),
    st.builds(ToolInputDelta, tool_call_id=LETTERS, tool_name=st.just("t"), text=LETTERS),
    st.builds(ToolProgress, tool_call_id=LETTERS, text=LETTERS),
    st.builds(Notice, level=st.just("info"), text=LETTERS),
)
SENT = st.lists(st.tuples(st.sampled_from(["main", "sub"]), EVENTS, st.booleans()), max_size=30)


def envelope(seq: int, event: Event, agent: str = "main") -> Envelope:
    return Envelope(seq=seq, at=AT, session="s", run="run-1", agent=agent, event=event)


def notice(seq: int) -> Envelope:
    return envelope(seq, Notice(level="info", text=str(seq)))


def lane(read: Sequence[Envelope], agent: str) -> list[object]:
    """What an agent said, letter by letter, with the events between; each call's output apart."""
    said: list[object] = []
    for each in read:
        match each.event:
            case ToolProgress():
                pass
            case event if isinstance(event, Delta):
                if each.agent == agent:
                    call_id = getattr(event, "tool_call_id", "")
                    said += [(type(event), call_id, letter) for letter in event.text]
            case event:
                said.append(event)
    return said


def output(read: Sequence[Envelope], agent: str, call_id: str) -> list[object]:
    said: list[object] = []
    for each in read:
        match each.event:
            case ToolProgress(tool_call_id=id, text=text):
                said += text if (each.agent, id) == (agent, call_id) else ""
            case event if not isinstance(event, Delta):
                said.append(event)
            case _:
                pass
    return said


@given(SENT)
def test_a_reader_at_any_pace_reads_the_same_in_the_same_order(sent: list[tuple[str, Event, bool]]) -> None:
    bus = Bus()
    reader = bus.subscribe()
    read: list[Envelope] = []
    everything = [envelope(seq, event, agent) for seq, (agent, event, _) in enumerate(sent, 1)]
    for each, (_, _, pause) in zip(everything, sent, strict=True):
        bus.publish(each)
        read += reader.drain() if pause else ()
    read += reader.drain()
    for agent in ("main", "sub"):
        assert lane(read, agent) == lane(everything, agent)
        for call_id in ("a", "b"):
            assert output(read, agent, call_id) == output(everything, agent, call_id)
    seqs = [each.seq for each in read]
    assert seqs == sorted(set(seqs))


async def test_what_waits_for_a_slow_reader_grows_with_the_streams_and_not_with_the_deltas() -> None:
    bus = Bus()
    reader = bus.subscribe()
    for seq in range(1, 5001):
        bus.publish(envelope(seq, ToolProgress(tool_call_id=str(seq % 4), text="x")))
    bus.publish(notice(5001))
    read = reader.drain()
    assert [len(each.event.text) for each in read if isinstance(each.event, ToolProgress)] == [1250] * 4
    assert [each.seq for each in read] == [4997, 4998, 4999, 5000, 5001]


async def test_reading_one_by_one_is_the_same_as_reading_all() -> None:
    bus = Bus()
    one, all_at_once = bus.subscribe(), bus.subscribe()
    for seq, text in enumerate("abc", 1):
        bus.publish(envelope(seq, TextDelta(text=text)))
    bus.publish(notice(4))
    bus.publish(envelope(5, TextDelta(text="d")))
    bus.close()
    assert tuple([each async for each in one]) == all_at_once.drain()


async def test_a_reader_that_took_the_last_delta_gets_the_next_one_whole() -> None:
    bus = Bus()
    reader = bus.subscribe()
    bus.publish(envelope(1, TextDelta(text="a")))
    assert (await anext(reader)).event == TextDelta(text="a")
    bus.publish(envelope(2, TextDelta(text="b")))
    assert await anext(reader) == envelope(2, TextDelta(text="b"))


def test_a_late_reader_gets_what_it_missed_but_no_deltas() -> None:
    bus = Bus()
    for each in (notice(1), envelope(2, TextDelta(text="a")), notice(3)):
        bus.publish(each)
    assert bus.subscribe(after=0).drain() == (notice(1), notice(3))
    assert bus.subscribe(after=1).drain() == (notice(3),)
    assert bus.subscribe().drain() == ()


@pytest.mark.parametrize("backlog", [0, 1, 2])
def test_who_asks_for_more_than_is_kept_is_told(backlog: int) -> None:
    bus = Bus(backlog=backlog)
    for seq in range(11, 15):
        bus.publish(notice(seq))
    assert [each.seq for each in bus.subscribe(after=14 - backlog).drain()] == [*range(15 - backlog, 15)]
    with pytest.raises(GapError):
        bus.subscribe(after=13 - backlog)


def test_what_lies_before_the_first_envelope_of_a_resumed_session_is_a_gap() -> None:
    bus = Bus()
    assert bus.subscribe(after=0).drain() == ()
    bus.publish(notice(101))
    assert bus.subscribe(after=100).drain() == (notice(101),)
    with pytest.raises(GapError):
        bus.subscribe(after=99)


async def test_after_the_end_a_reader_gets_what_is_left_and_then_nothing() -> None:
    bus = Bus()
    reader, closed = bus.subscribe(), bus.subscribe()
    bus.publish(notice(1))
    closed.close()
    bus.close()
    assert [each async for each in reader] == [notice(1)]
    assert [each async for each in closed] == []
    assert [each async for each in bus.subscribe(after=0)] == [notice(1)]


def test_sinks_come_before_readers() -> None:
    seen: list[tuple[int, bool]] = []
    bus = Bus((lambda each: seen.append((each.seq, bool(reader.drain()))),))
    reader = bus.subscribe()
    bus.publish(notice(1))
    assert seen == [(1, False)]
    assert reader.drain() == (notice(1),)
