"""The names and shapes that other programs rely on, and what is done with JSON that is not right."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    GuardrailDenied,
    GuardrailWarned,
    LlmResponse,
    ModelCalled,
    TaskRouted,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
    clip,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    Image,
    JsonObject,
    Opaque,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from heartbit_tui.wire import read, write
from heartbit_tui.wire.errors import InvalidError, UnknownTypeError, WireError

USAGE = {
    "input_tokens": 1,
    "output_tokens": 2,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "reasoning_tokens": 0,
}


def test_an_event_is_flat_with_its_agent_beside_its_type() -> None:
    event = ToolCallCompleted(
        tool_name="bash", tool_call_id="c1", is_error=False, duration_ms=12, output="hi\n\n(exit code: 0)"
    )
    assert write.dump(event, agent="heartbit") == {
        "type": "tool_call_completed",
        "agent": "heartbit",
        "tool_name": "bash",
        "tool_call_id": "c1",
        "is_error": False,
        "duration_ms": 12,
        "output": "hi\n\n(exit code: 0)",
        "details": {},
        "changed": [],
    }


def test_an_envelope_adds_its_place() -> None:
    at = datetime(2026, 11, 21, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    envelope = Envelope(seq=7, at=at, session="s", run="r", agent="a", event=TurnStarted(turn=1, max_turns=50))
    assert write.dumps(envelope) == (
        '{"seq":7,"at":"2026-11-21T09:30:00.000000Z","session":"s","run":"r",'
        '"type":"turn_started","agent":"a","turn":1,"max_turns":50,"held":false}'
    )


def test_blocks_are_named_as_model_services_name_them() -> None:
    message = Assistant(
        content=(
            Thinking(text="hm", signature="s"),
            Text(text="hi"),
            ToolCall(id="c", name="read", input={"path": "a"}),
            ToolCall(id="d", name="read", fault="cut off"),
            Opaque(provider="anthropic", data={"x": [1]}),
        ),
        stop=StopReason.TOOL_USE,
        provider="p",
        model="m",
        usage=Usage(input_tokens=1, output_tokens=2),
    )
    assert write.dump(AssistantMessage(message=message)) == {
        "type": "assistant_message",
        "message": {
            "role": "assistant",
            "content": [
                {"type": "thinking", "text": "hm", "signature": "s"},
                {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "c", "name": "read", "input": {"path": "a"}},
                {"type": "tool_use", "id": "d", "name": "read", "input": {}, "fault": "cut off"},
                {"type": "opaque", "provider": "anthropic", "data": {"x": [1]}},
            ],
            "stop_reason": "tool_use",
            "provider": "p",
            "model": "m",
            "usage": USAGE,
        },
    }


def test_results_carry_the_id_of_their_call() -> None:
    plain = ToolResult(call_id="c", content="ok")
    seen = ToolResult(call_id="c", content="", media=(Image(media_type="image/png", data="AA=="),), is_error=True)
    assert write.dump(ToolAnswered(result=plain)) == {
        "type": "tool_answered",
        "result": {"type": "tool_result", "tool_use_id": "c", "content": "ok", "is_error": False},
    }
    assert write.dump_message(User(content=(seen,))) == {
        "role": "user",
        "content": [
            {
                "type": "tool_result",
                "tool_use_id": "c",
                "content": "",
                "media": [{"type": "image", "media_type": "image/png", "data": "AA=="}],
                "is_error": True,
            }
        ],
    }


@pytest.mark.parametrize(
    ("event", "key", "present"),
    [
        (GuardrailDenied(hook="post_llm", reason="r"), "tool_name", True),
        (GuardrailWarned(hook="post_llm", reason="r"), "tool_name", False),
        (LlmResponse(turn=1, usage=Usage(), stop_reason=StopReason.END_TURN, tool_call_count=0), "model", False),
        (ModelCalled(purpose="turn", model="m", usage=Usage()), "cost_usd", False),
        (
            TaskRouted(decision="orchestrate", reason="r", complexity_score=0.5, escalated=False),
            "selected_agent",
            False,
        ),
    ],
)
def test_what_is_none_is_left_out_unless_readers_expect_null(event: Any, key: str, present: bool) -> None:
    assert (key in write.dump(event)) is present


def test_older_json_without_newer_fields_loads() -> None:
    old = {"type": "llm_response", "agent": "a", "turn": 1, "usage": {"input_tokens": 1, "output_tokens": 2}}
    assert read.load(old | {"stop_reason": "end_turn", "tool_call_count": 0}) == LlmResponse(
        turn=1, usage=Usage(input_tokens=1, output_tokens=2), stop_reason=StopReason.END_TURN, tool_call_count=0
    )


def test_fields_that_are_not_known_are_ignored_at_every_depth() -> None:
    block = {"type": "text", "text": "hi", "colour": "red"}
    json = {"type": "user_message", "message": {"role": "user", "content": [block], "mood": 1}, "later": {}}
    assert read.load(json) == UserMessage(message=User(content=(Text(text="hi"),)))


def test_an_unknown_type_says_which() -> None:
    with pytest.raises(UnknownTypeError) as caught:
        read.load({"type": "moon_phase", "phase": 1})
    assert caught.value.type == "moon_phase"
    with pytest.raises(UnknownTypeError):
        read.body_reader("moon_phase")


@pytest.mark.parametrize(
    "json",
    [
        {},
        {"type": 3},
        {"type": "turn_started"},
        {"type": "turn_started", "turn": "many", "max_turns": 1},
        {"type": "user_message", "message": {"role": "user", "content": [{"type": "video"}]}},
        {"type": "mode_changed", "mode": "reckless"},
    ],
)
def test_wrong_fields_are_a_typed_error(json: JsonObject) -> None:
    with pytest.raises(InvalidError):
        read.load(json)


def test_an_error_does_not_repeat_the_value_which_may_be_secret() -> None:
    with pytest.raises(InvalidError) as caught:
        read.load({"type": "turn_started", "turn": "hunter2", "max_turns": 1})
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith("`turn`: ")


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "1", '{"a":' * 100_000, "\x00", '{"seq": true}'])
def test_a_line_that_is_no_envelope_is_a_typed_error(line: str) -> None:
    with pytest.raises(WireError):
        read.loads(line)


def started(input: JsonObject) -> AssistantMessage:
    return AssistantMessage(message=Assistant(content=(ToolCall(id="c", name="t", input=input),)))


def test_writing_never_fails_whatever_a_tool_put_into_a_json_object() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    odd: list[JsonObject] = [
        {"deep": deep},
        {"nan": float("nan")},
        {"path": Path("/x"), "bytes": b"x", "set": {1}},
        MappingProxyType({"inner": MappingProxyType({"a": 1})}),
        {"keys": {1: "a", (2, 3): "b"}},
    ]
    for each in odd:
        text = write.body(started(each))
        json.loads(text, parse_constant=pytest.fail)
        assert isinstance(read.body_reader("assistant_message")(text), AssistantMessage)


def test_nesting_that_the_fast_reader_refuses_is_read_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    event = started({"deep": deep})
    assert read.body_reader("assistant_message")(write.body(event)) == event


def test_the_validator_is_not_loaded_before_something_is_read() -> None:
    code = "import sys, heartbit_tui.wire.write, heartbit_tui.wire.read; print([m for m in sys.modules if m.startswith('pydantic')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_started_call_shows_its_input_as_json_text() -> None:
    event = ToolCallStarted(tool_name="bash", tool_call_id="c", input='{"command":"ls"}')
    assert write.dump(event)["input"] == '{"command":"ls"}'


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    at = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5)))
    assert read.parse_timestamp(write.timestamp(at)) == at
    assert read.parse_timestamp("2026-01-01T05:00:00").tzinfo is UTC


def test_what_is_cut_is_never_cut_inside_a_character_and_says_how_much_is_left_out() -> None:
    assert clip("éé", 4) == "éé"
    assert clip("éé", 3) == "é[truncated: 2 bytes omitted]"
    assert clip("abc", 0) == "[truncated: 3 bytes omitted]"
