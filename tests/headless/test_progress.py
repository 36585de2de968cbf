"""What a person who waits sees on stderr."""

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.client.tally import Tally
from heartbit_tui.headless import progress
from heartbit_tui.headless.endings import SUCCESS, failed
from heartbit_tui.headless.progress import Progress, gist, one_line, visible
from heartbit_tui.kernel.events import (
    Event,
    ModelCalled,
    Notice,
    RetryAttempt,
    RunStarted,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Usage
from tests.headless.envelopes import enveloped


def shown(*events: Event) -> list[str]:
    fold = Progress()
    return [line for envelope in enveloped(events) for line in fold.take(envelope)]


def call(input: str, *, is_error: bool = False, spent: int = 0) -> tuple[Event, Event]:
    return (
        ToolCallStarted(tool_name="bash", tool_call_id="1", input=input),
        ToolCallCompleted(tool_name="bash", tool_call_id="1", is_error=is_error, duration_ms=spent),
    )


@pytest.mark.parametrize(
    ("events", "line"),
    [
        (call('{"command": "make test"}'), "· bash make test"),
        (call('{"command": "make\\n  test"}', is_error=True, spent=1240), "✗ bash make test (1.2 s)"),
        (call('{"n": 1}'), '· bash {"n": 1}'),
        (call("{}"), "· bash"),
        (call("no json"), "· bash no json"),
        (
            (RetryAttempt(attempt=1, max_retries=3, delay_ms=500, error_class="overloaded"),),
            "retry 1/3 in 0.5 s: overloaded",
        ),
        ((Notice(level="warning", text="a\nb"),), "warning: a b"),
    ],
)
def test_each_call_and_each_hitch_is_one_line(events: tuple[Event, ...], line: str) -> None:
    assert shown(*events) == [line.rstrip()] or shown(*events) == [line]


@given(st.text())
def test_no_text_can_steer_a_terminal(text: str) -> None:
    for made in (visible(text), one_line(text)):
        assert not any((ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in made)
        assert not set(made) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(one_line(text)) <= progress.WIDTH
    assert "\n" not in one_line(text)


@given(st.text())
def test_the_gist_of_any_input_is_a_text(text: str) -> None:
    assert isinstance(gist(text), str)


def tally(cost: float | None, usage: Usage) -> Tally:
    fold = Tally()
    spent = ModelCalled(purpose="turn", model="m", usage=usage, cost_usd=cost)
    for envelope in enveloped([RunStarted(task="t"), TurnStarted(turn=1, max_turns=5), spent]):
        fold.take(envelope)
    return fold


def test_the_last_line_tells_tokens_cache_calls_and_cost_with_four_decimals() -> None:
    usage = Usage(input_tokens=12, output_tokens=3, cache_read_input_tokens=100, cache_creation_input_tokens=20)
    assert progress.end(tally(0.01234, usage), SUCCESS) == [
        "tokens: 12 in, 3 out · cache: 100 read, 20 written · 0 tool calls · estimated cost $0.0123"
    ]
    assert progress.end(tally(None, Usage(input_tokens=1)), failed("network", "no net")) == [
        "heartbit: no net",
        "tokens: 1 in, 0 out · 0 tool calls · cost unknown",
    ]
    assert progress.end(Tally(), failed("auth", "no key")) == ["heartbit: no key"]
