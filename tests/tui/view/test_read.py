import json
import random
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from heartbit_tui.kernel.events import Envelope, RunCompleted, ToolCallCompleted
from heartbit_tui.tui.timeline.timeline import Timeline
from heartbit_tui.tui.transcript.blocks import Answer, Call, Ending, Thinking
from heartbit_tui.tui.transcript.transcript import Transcript
from heartbit_tui.tui.view.faults import Fault, NotReadable
from heartbit_tui.tui.view.read import Reader
from tests.tui.view.streams import START, exported, log, streamed


def read(lines: list[str]) -> tuple[Reader, list[Envelope]]:
    reader = Reader(START)
    return reader, reader.feed(lines)


def blocks(envelopes: list[Envelope]) -> Transcript:
    transcript = Transcript()
    for envelope in envelopes:
        transcript.apply(envelope)
    return transcript


def test_an_export_is_read_as_it_was_written() -> None:
    reader, envelopes = read(exported())
    assert envelopes == log()
    assert (reader.is_stream, reader.finished, reader.faults) == (False, False, [])


@pytest.mark.parametrize("partial", [True, False])
def test_a_stream_shows_what_the_log_shows(partial: bool) -> None:
    reader, envelopes = read(streamed(partial=partial))
    assert (reader.is_stream, reader.finished, reader.faults) == (True, True, [])
    told, wanted = blocks(envelopes).blocks, blocks(log()).blocks
    kinds = (Thinking, Answer, Call, Ending)
    assert [type(block) for block in told if isinstance(block, kinds)] == [
        type(block) for block in wanted if isinstance(block, kinds)
    ]
    assert [block for block in told if isinstance(block, Answer)] == [
        block for block in wanted if isinstance(block, Answer)
    ]
    calls = {block.id: block for block in told if isinstance(block, Call)}
    assert (calls["a"].state, calls["a"].milliseconds, calls["a"].details) == ("failed", 2_100, {"exit_code": 1})
    assert (calls["b"].state, calls["b"].note) == ("refused", "plan mode")


def test_a_stream_gives_the_timeline_its_times_tokens_and_price() -> None:
    timeline = Timeline()
    for envelope in read(streamed())[1]:
        timeline.apply(envelope)
    totals = timeline.totals()
    assert (totals.calls, totals.turns, totals.read, totals.written, totals.unpriced) == (2, 2, 2_400, 680, 0)
    assert round(totals.cost, 2) == 0.12
    assert 2_000 <= totals.tools <= 2_300


def test_the_order_of_what_is_made_of_a_stream_is_that_of_a_log() -> None:
    _, envelopes = read(streamed())
    assert [envelope.seq for envelope in envelopes] == list(range(1, len(envelopes) + 1))
    assert all(one.at < other.at for one, other in pairwise(envelopes))
    assert isinstance(envelopes[-1].event, RunCompleted)
    assert sum(isinstance(envelope.event, ToolCallCompleted) for envelope in envelopes) == 2


def test_damaged_lines_are_told_and_left_out() -> None:
    lines = exported()
    damaged = [*lines[:3], '{"type": "turn_sta', "[1]", lines[1], '{"seq": 99, "type": "no_such"}', "", *lines[3:]]
    reader, envelopes = read(damaged)
    assert envelopes == log()
    assert [fault.number for fault in reader.faults] == [4, 5, 6, 7]
    assert reader.faults[2] == Fault(number=6, reason="`seq` 2 does not follow the one before it.")
    assert reader.left_out == 4


def test_no_damage_to_a_file_stops_the_reading() -> None:
    cases = 0
    for seed in range(200):
        random_ = random.Random(seed)
        lines = streamed() if seed % 2 else exported()
        for _ in range(6):
            at = random_.randrange(1, len(lines))
            match random_.randrange(4):
                case 0:
                    lines[at] = lines[at][: random_.randrange(len(lines[at]) + 1)]
                case 1:
                    lines[at] = lines[at].replace('"', "", 1)
                case 2:
                    lines.insert(at, lines[random_.randrange(1, len(lines))])
                case _:
                    told: dict[str, Any] = (
                        json.loads(lines[at]) if lines[at].endswith("}") and lines[at].count('"') % 2 == 0 else {}
                    )
                    told[random_.choice(["type", "message", "seq", "at", "tool_use_result", "event"])] = random_.choice(
                        [None, 3, [], {"content": 7}, "x"]
                    )
                    lines[at] = json.dumps(told)
        reader = Reader(START)
        transcript, timeline = Transcript(), Timeline()
        try:
            envelopes = reader.feed(lines)
        except json.JSONDecodeError:  # what this test itself broke
            continue
        for envelope in envelopes:
            transcript.apply(envelope)
            timeline.apply(envelope)
        cases += 1
    assert cases == 200


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"type":"system","subtype":"init","session_id":"x","tools":[]}', "a stream of Claude Code"),
        ('{"type":"thread.started","thread_id":"x"}', "a stream of Codex"),
        ('{"type":"init","session_id":"x","model":"m"}', "a stream of Gemini CLI"),
        ('{"type":"step_start","timestamp":1,"sessionID":"x","part":{}}', "a stream of opencode"),
        ('{"type":"session","version":3,"id":"x"}', "a stream of pi"),
        ('{"role":"user","content":"x"}', "no stream of heartbit"),
        ('{"type":"system","subtype":"init","schema":"heartbit.v9"}', "a newer heartbit"),
    ],
)
def test_what_is_not_heartbits_is_told_by_name_with_what_to_do(line: str, words: str) -> None:
    with pytest.raises(NotReadable, match=words) as caught:
        Reader(START).feed([line])
    assert "heartbit" in str(caught.value)


def test_a_file_without_any_line_of_heartbits_is_given_up() -> None:
    with pytest.raises(NotReadable, match="no lines of heartbit"):
        Reader(START).feed(["Compiling…"] * 30)
    empty = Reader(START)
    empty.feed(["", "  "])
    with pytest.raises(NotReadable, match="nothing in this file"):
        empty.end()


def test_a_clock_of_any_kind_begins_a_stream() -> None:
    early = Reader(datetime(1970, 1, 1, tzinfo=UTC))
    assert early.feed(streamed())[0].at.year == 1970
