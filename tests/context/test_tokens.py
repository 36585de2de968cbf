"""Estimates of tokens, and what corrects them."""

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.context import tokens
from heartbit_tui.context.room import Room, stated_limit
from heartbit_tui.kernel.events import AssistantMessage, UserMessage
from heartbit_tui.kernel.messages import Assistant, Audio, Image, Text, ToolCall, ToolResult, Usage, User, user
from heartbit_tui.testing.scene import FakeScene


def test_a_text_takes_a_token_for_every_four_bytes_begun() -> None:
    assert [tokens.text(text) for text in ("", "a", "abcd", "abcde", "é" * 4, "漢")] == [0, 1, 1, 2, 2, 1]


@given(st.text())
def test_an_estimate_is_never_less_than_a_quarter_of_the_bytes(text: str) -> None:
    assert 0 <= tokens.text(text) * 4 - len(text.encode("utf-8", "surrogatepass")) < 4


def test_each_kind_of_block_is_counted_as_the_seed_counted_it() -> None:
    assert tokens.block(Image(media_type="image/png", data="x" * 7_500)) == 95
    assert tokens.block(Audio(format="wav", data="x" * 7_500)) == 60
    assert tokens.block(ToolCall(id="abcd", name="read", input={"a": 1})) == 1 + 1 + 2
    assert tokens.block(ToolResult(call_id="abcd", content="x" * 40)) == 11
    assert tokens.message(User(content=(Text(text="abcd"),))) == 5


def test_what_the_model_reports_moves_the_estimate_within_a_tenth_of_it() -> None:
    for real in (0.3, 0.7, 1.0, 2.5):
        room, scene = Room(lambda: None), FakeScene([UserMessage(message=user("x" * 4_000))])
        for _ in range(3):
            request = scene.request()
            room.heard(scene.past())
            room.sends(request)
            reported = round(tokens.request(request) * real)
            usage = Usage(input_tokens=reported // 2, cache_read_input_tokens=reported - reported // 2)
            scene.tell(AssistantMessage(message=Assistant(content=(Text(text="ok"),), usage=usage)))
            scene.tell(UserMessage(message=user("y" * 800)))
        room.heard(scene.past())
        truth = tokens.request(scene.request()) * real
        assert abs(room.size(scene.request()) - truth) <= truth / 10


def test_a_report_that_cannot_be_about_the_request_goes_no_further_than_its_bounds() -> None:
    meter = tokens.Meter()
    meter.correct(100, 100_000)
    assert meter.factor == tokens.MOST
    meter.correct(100, 1)
    assert meter.factor == tokens.LEAST
    meter.correct(0, 5)
    assert meter.factor == tokens.LEAST


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("prompt is too long: 210,000 tokens > 200,000 maximum", 200_000),
        ("This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (6000 in the", 8_192),
        ("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", 4_096),
        ("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", 1_048_576),
        ("anthropic refuses the request (400): Input is too long for requested model.", 0),
        ("Your input exceeds the context window of this model.", 0),
        ("the limit is 12 requests", 0),
    ],
)
def test_the_limit_that_a_service_names_is_understood(said: str, limit: int) -> None:
    assert stated_limit(said) == limit


def test_a_model_of_unknown_size_is_known_once_something_did_not_fit() -> None:
    request = FakeScene([UserMessage(message=user("x" * 20_000))]).request(max_tokens=1_000)
    told, silent = Room(lambda: None), Room(lambda: None)
    told.overflowed(request, "request (6000 tokens) exceeds the available context size (4096 tokens)")
    assert (told.window, told.bound(request), told.tight) == (4_096, 3_096, True)
    assert abs(told.size(request) - 6_000) <= 1
    silent.overflowed(request, "it does not fit")
    assert silent.window == round(tokens.request(request) * 0.9)
    known = Room(lambda: 1_000)
    known.overflowed(request, "maximum context length is 4096")
    assert known.window == 1_000
