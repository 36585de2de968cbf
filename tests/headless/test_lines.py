"""Envelopes as the lines of stream-json."""

import json
from collections.abc import Iterable
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.headless.lines import SUBTYPES, Lines
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    RunCompleted,
    RunInterrupted,
    SubAgentsDispatched,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolCallCompleted,
)
from heartbit_tui.kernel.messages import Assistant, Text, Thinking, ToolResult, Usage
from heartbit_tui.wire.write import encode
from tests.headless.envelopes import enveloped
from tests.wire.strategies import values


def told(lines: Lines, events: Iterable[Event]) -> list[dict[str, Any]]:
    return [dict(line) for envelope in enveloped(events) for line in lines.take(envelope)]


def answered(id: str) -> ToolAnswered:
    return ToolAnswered(result=ToolResult(call_id=id, content=f"result {id}"))


def ended(id: str) -> ToolCallCompleted:
    return ToolCallCompleted(tool_name="read", tool_call_id=id, is_error=False, duration_ms=3, details={"n": 1})


def test_a_result_is_told_when_its_call_has_ended_and_is_durable() -> None:
    lines = Lines("s")
    assert told(lines, [answered("a"), answered("b")]) == []
    (line,) = told(lines, [ended("b")])
    assert line["message"]["content"] == [
        {"type": "tool_result", "tool_use_id": "b", "content": "result b", "is_error": False}
    ]
    assert line["tool_use_result"] == {"tool_name": "read", "duration_ms": 3, "changed": [], "details": {"n": 1}}


def test_an_interrupted_run_tells_the_results_that_are_left_once() -> None:
    lines = Lines("s")
    end = RunInterrupted(reason="SIGTERM")
    left = told(lines, [answered("a"), answered("b"), ended("a"), end])
    assert [line["message"]["content"][0]["tool_use_id"] for line in left] == ["a", "b"]
    assert told(lines, [end]) == []


def test_an_agent_that_works_for_another_names_its_call_and_ends_no_run() -> None:
    lines = Lines("s", runs=True)
    told(lines, [SubAgentsDispatched(agents=("helper",), tool_call_id="c1"), answered("c0")])
    done = RunCompleted(total_usage=Usage(), tool_calls_made=0)
    events = [AssistantMessage(message=Assistant(content=(Text(text="x"),))), answered("c2"), ended("c2"), done]
    found = [line for envelope in enveloped(events, agent="helper") for line in lines.take(envelope)]
    assert [(line["type"], line["agent"], line["parent_tool_use_id"]) for line in found] == [
        ("assistant", "helper", "c1"),
        ("user", "helper", "c1"),
    ]
    (own, end) = told(lines, [done])
    assert (own["type"], own["parent_tool_use_id"]) == ("user", None)
    assert (end["subtype"], end["result"]) == ("run_ended", "")


def test_thinking_has_the_key_that_readers_know() -> None:
    message = Assistant(content=(Thinking(text="hm", signature="s"), Text(text="x")))
    (line,) = told(Lines("s"), [AssistantMessage(message=message)])
    assert line["message"]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "x"},
    ]


def test_pieces_are_told_on_wish_and_hold_the_piece_alone() -> None:
    deltas = [TextDelta(text="a"), ThinkingDelta(text="b"), TextDelta(text="c")]
    assert told(Lines("s"), deltas) == []
    pieces = told(Lines("s", partial=True), deltas)
    assert [piece["event"]["delta"] for piece in pieces] == [
        {"type": "text_delta", "text": "a"},
        {"type": "text_delta", "text": "c"},
    ]


def test_the_end_of_a_run_has_a_line_where_several_are_expected() -> None:
    message = AssistantMessage(message=Assistant(content=(Text(text="x"),)))
    *_, line = told(Lines("s", runs=True), [message, RunInterrupted(reason="the user")])
    assert {key: line[key] for key in ("subtype", "run", "run_subtype", "result")} == {
        "subtype": "run_ended",
        "run": "run-1",
        "run_subtype": "interrupted",
        "result": "x",
    }


@given(st.data())
@pytest.mark.slow
def test_every_event_becomes_lines_of_strict_json_that_name_session_and_agent(data: st.DataObject) -> None:
    event = data.draw(values(data.draw(st.sampled_from(get_args(Event)))))
    envelope: Envelope = enveloped([event])[0]
    for line in Lines("s", partial=True, runs=True).take(envelope):
        read = json.loads(encode(line))
        assert read["type"] in ("system", "assistant", "user", "stream_event")
        assert (read["session_id"], read["agent"]) == ("s", "heartbit")
        assert "\n" not in encode(line)


def test_the_subtypes_that_are_promised_are_there() -> None:
    assert {"retry", "compact", "guardrail", "todo"} <= set(SUBTYPES.values())
