"""What any provider makes of any stream: whole, cut, torn, or full of what nobody knows."""

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest

from heartbit_tui.kernel.errors import (
    ContextOverflowError,
    MalformedError,
    NetworkError,
    OverloadedError,
    ProviderError,
    RateLimitError,
)
from heartbit_tui.kernel.events import TextDelta, ThinkingDelta
from heartbit_tui.kernel.messages import Opaque, StopReason, Text, Thinking, ToolCall, Usage
from heartbit_tui.kernel.protocols import Block, Finish, Part, Spent
from heartbit_tui.providers.script import RawCall, Reply, call
from tests.providers.wires import (
    ALL,
    ASK,
    FORMATS,
    Replay,
    blocks,
    decoded,
    finishes,
    frames,
    parts_of,
    provider,
    replies,
)

SIZES = (1, 2, 3, 7, 64, 4096, 1 << 20)


def same(parts: list[Part]) -> list[Any]:
    """What has to be equal whatever the chunks: blocks, finish, and the shown text in one piece."""
    text = "".join(part.text for part in parts if isinstance(part, TextDelta))
    thought = "".join(part.text for part in parts if isinstance(part, ThinkingDelta))
    return [blocks(parts), finishes(parts), text, thought]


@pytest.mark.parametrize("name", ALL)
def test_chunk_boundaries_do_not_matter(name: str) -> None:
    recorded = replies(100)
    for reply in recorded:
        data = b"".join(frames(name, reply))
        results = [same(decoded(name, data, size)) for size in SIZES]
        assert all(result == results[0] for result in results)
        words = [block for block in results[0][0] if isinstance(block, Text | ToolCall)]
        assert words == [block for block in reply.blocks if isinstance(block, Text | ToolCall)]
        assert results[0][2] == "".join(block.text for block in reply.blocks if isinstance(block, Text))
        assert results[0][3] == "".join(block.text for block in reply.blocks if isinstance(block, Thinking))
    assert len(recorded) * len(ALL) == 300


@pytest.mark.parametrize("name", ALL)
async def test_usage_adds_up_to_what_was_recorded(name: str) -> None:
    counted, recorded = Usage(), Usage()
    for reply in replies(100, seed=2):
        (finish,) = finishes(await parts_of(name, Replay(frames(name, reply))))
        counted, recorded = counted + finish.usage, recorded + reply.usage
    if name == "anthropic":
        counted += Usage(reasoning_tokens=recorded.reasoning_tokens - counted.reasoning_tokens)
    assert counted == recorded


@pytest.mark.parametrize("broken", [True, False], ids=["reset", "ended"])
@pytest.mark.parametrize("name", ALL)
async def test_a_stream_cut_between_events_is_no_answer(name: str, broken: bool) -> None:
    cuts = 0
    for reply in replies(4, seed=3):
        recorded = frames(name, reply)
        whole = blocks(await parts_of(name, Replay(recorded)))
        for count in range(len(recorded)):
            await check_cut(name, Replay(recorded[:count], broken), whole)
            cuts += 1
    assert cuts > 40


@pytest.mark.parametrize("name", ALL)
async def test_a_stream_cut_at_any_byte_is_no_answer(name: str) -> None:
    random = Random(4)
    recorded = replies(20, seed=4)
    for _ in range(200):
        reply = random.choice(recorded)
        data = b"".join(frames(name, reply))
        whole = blocks(await parts_of(name, Replay([data])))
        await check_cut(name, Replay([data[: random.randrange(len(data))]], random.random() < 0.5), whole)


async def check_cut(name: str, replay: Replay, whole: list[Any]) -> None:
    """A cut stream is an error that may be tried again, or, where only the end was lost, the whole answer."""
    parts: list[Part] = []
    async with httpx.AsyncClient(transport=replay) as client:
        try:
            async for part in provider(name, client).stream(ASK):
                parts.append(part)  # noqa: PERF401 - what came before an error counts
        except NetworkError:
            assert not finishes(parts)
            read = b"".join(replay.chunks)
            if name == "anthropic" and b'"usage"' in read and b"\n\n" in read:
                assert [part.usage.input_tokens > 0 for part in parts if isinstance(part, Spent)] == [True]
            return
    assert blocks(parts) == whole
    assert len(finishes(parts)) == 1


@pytest.mark.parametrize("name", ALL)
async def test_arguments_cut_by_the_output_limit_are_never_usable(name: str) -> None:
    whole = '{"path": "a/very/long/path", "content": "line one\\nline two", "mode": 7}'
    for length in range(len(whole)):
        reply = Reply(
            blocks=(Text(text="I write."), RawCall(id="c", name="write", arguments=whole[:length])),
            stop=StopReason.MAX_TOKENS,
        )
        parts = await parts_of(name, Replay(frames(name, reply)))
        (made,) = [block for block in blocks(parts) if isinstance(block, ToolCall)]
        assert made.fault, whole[:length]
        assert "cut off by the output limit" in made.fault
        assert finishes(parts)[0].stop is StopReason.MAX_TOKENS


@pytest.mark.parametrize("name", ALL)
async def test_a_call_without_arguments_has_an_empty_object(name: str) -> None:
    for arguments in ("", "{}", "null", " "):
        reply = Reply(blocks=(RawCall(id="c", name="todoread", arguments=arguments),))
        assert blocks(await parts_of(name, Replay(frames(name, reply)))) == [ToolCall(id="c", name="todoread")]


ERRORS: dict[str, tuple[dict[str, Any], type[ProviderError]]] = {
    "overloaded": ({"type": "overloaded_error", "message": "Overloaded"}, OverloadedError),
    "api": ({"type": "api_error", "message": "Internal server error"}, OverloadedError),
    "rate": ({"type": "rate_limit_error", "message": "Too many requests"}, RateLimitError),
    "long": (
        {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"},
        ContextOverflowError,
    ),
    "code": ({"code": 502, "message": "Provider returned error"}, OverloadedError),
    "word": ({"code": "context_length_exceeded", "message": "Your input is long"}, ContextOverflowError),
    "server": ({"code": "server_error", "message": "An error occurred"}, OverloadedError),
    "spent": ({"code": "insufficient_quota", "message": "You exceeded your current quota"}, RateLimitError),
}


@pytest.mark.parametrize("name", ALL)
async def test_an_error_event_ends_the_answer_with_its_error(name: str) -> None:
    reply = Reply(blocks=(Text(text="The beginning of an answer"), call("read", "c", path="a")))
    recorded = frames(name, reply)
    for error, expected in ERRORS.values():
        for after in range(len(recorded) - 1):
            event = FORMATS[name][1].error_event(error)
            if name == "openai" and after >= len(recorded) - 2:
                continue
            with pytest.raises(expected):
                await parts_of(name, Replay([*recorded[:after], event, *recorded[after:]]))


@pytest.mark.parametrize("name", ALL)
async def test_what_is_not_known_is_passed_over(name: str) -> None:
    reply = Reply(blocks=(Thinking(text="hm", signature="s"), Text(text="Words"), call("read", "c", path="a")))
    recorded = frames(name, reply)
    expected = same(await parts_of(name, Replay(recorded)))
    unknown = [{"type": kind, "index": 97, "x": [1]} for kind in UNKNOWN]
    for event in unknown:
        frame = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        for place in range(len(recorded)):
            parts = await parts_of(name, Replay([*recorded[:place], frame, *recorded[place:]]))
            assert same(parts) == expected, (event, place)
    assert len(UNKNOWN) >= 40


@pytest.mark.parametrize("name", ALL)
async def test_what_comes_after_the_end_changes_nothing(name: str) -> None:
    reply = Reply(blocks=(Text(text="Words"), call("read", "c", path="a")))
    recorded = frames(name, reply)
    assert same(await parts_of(name, Replay([*recorded, *recorded[-1:]]))) == same(
        await parts_of(name, Replay(recorded))
    )


@pytest.mark.parametrize("name", ALL)
async def test_half_a_surrogate_pair_is_joined_with_the_next_piece(name: str) -> None:
    reply = Reply(blocks=(Text(text="a\ud83d\ude00b"),), chunk=2)
    data = b"".join(frames(name, reply)).replace("\ud83d".encode("utf-8", "surrogatepass"), b"\\ud83d")
    data = data.replace("\ude00".encode("utf-8", "surrogatepass"), b"\\ude00")
    parts = await parts_of(name, Replay([data]))
    assert [block.text.encode() for block in blocks(parts)] == ["a😀b".encode()]
    assert "".join(part.text for part in parts if isinstance(part, TextDelta)) == "a😀b"


@pytest.mark.parametrize("name", ALL)
async def test_what_is_no_stream_says_so(name: str) -> None:
    with pytest.raises(MalformedError, match="base_url"):
        await parts_of(name, Replay([b"<!doctype html>"], type="text/html"))
    with pytest.raises(MalformedError):
        await parts_of(name, Replay([b"data: {not json\n\n"]))
    with pytest.raises(MalformedError):
        await parts_of(name, Replay([b"[" * 200_000], type="application/json"))
    with pytest.raises(NetworkError):
        await parts_of(name, Replay([b""]))


@pytest.mark.parametrize("name", ALL)
async def test_a_service_that_does_not_stream_is_understood(name: str) -> None:
    for reply in replies(50, seed=6):
        whole = json.dumps(FORMATS[name][1].whole(reply, model="recorded-model", id="1")).encode()
        parts = await parts_of(name, Replay([whole], type="application/json"))
        streamed = await parts_of(name, Replay(frames(name, reply)))
        assert [blocks(parts), finishes(parts)] == [blocks(streamed), finishes(streamed)]


async def test_blocks_that_only_their_service_knows_are_kept_as_they_came() -> None:
    redacted = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    search = {"type": "web_search_tool_result", "tool_use_id": "srv", "content": [{"url": "u", "odd": None}]}
    reply = Reply(blocks=(Opaque(provider="", data=redacted), Opaque(provider="", data=search), Text(text="So.")))
    assert blocks(await parts_of("anthropic", Replay(frames("anthropic", reply)))) == [
        Opaque(provider="anthropic", data=redacted),
        Opaque(provider="anthropic", data=search),
        Text(text="So."),
    ]


STOPS = {
    "end_turn": StopReason.END_TURN,
    "stop_sequence": StopReason.END_TURN,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.MAX_TOKENS,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.PAUSE,
    "tool_use": StopReason.END_TURN,
    "something_new": StopReason.END_TURN,
}


@pytest.mark.parametrize("word", STOPS)
async def test_anthropic_stop_reasons(word: str) -> None:
    data = b"".join(frames("anthropic", Reply(blocks=(Text(text="."),)))).replace(b'"end_turn"', f'"{word}"'.encode())
    (finish,) = finishes(await parts_of("anthropic", Replay([data])))
    assert finish.stop is STOPS[word]


async def test_closing_the_stream_early_closes_the_response() -> None:
    closed = asyncio.Event()

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for frame in frames("anthropic", Reply(blocks=(Text(text="words " * 50),))):
                yield frame

        async def aclose(self) -> None:
            closed.set()

    class Service(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless())

    async with httpx.AsyncClient(transport=Service()) as client:
        stream = provider("anthropic", client).stream(ASK)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
    assert closed.is_set()


def test_every_stream_ends_with_exactly_one_finish() -> None:
    for name in ALL:
        for reply in replies(30, seed=9):
            parts = decoded(name, b"".join(frames(name, reply)), 1 << 20)
            assert isinstance(parts[-1], Finish)
            assert sum(isinstance(part, Finish) for part in parts) == 1
            assert all(isinstance(part, Block | Finish) or part for part in parts)


UNKNOWN = (
    *(
        "ping",
        "message_note",
        "message_limit",
        "vertex_event",
        "amazon-bedrock-invocationMetrics",
        "heartbeat",
        "usage",
    ),
    *(f"response.{word}" for word in ("queued", "in_progress", "content_part.added", "content_part.done")),
    *(f"response.output_text.{word}" for word in ("done", "annotation.added")),
    *(f"response.refusal.{word}" for word in ("done",)),
    *(f"response.function_call_arguments.{word}" for word in ("done",)),
    *(f"response.reasoning_summary_{word}" for word in ("part.added", "part.done", "text.done")),
    *(f"response.reasoning_text.{word}" for word in ("done",)),
    *(f"response.web_search_call.{word}" for word in ("in_progress", "searching", "completed")),
    *(f"response.file_search_call.{word}" for word in ("in_progress", "searching", "completed")),
    *(f"response.code_interpreter_call.{word}" for word in ("in_progress", "interpreting", "completed")),
    *(f"response.code_interpreter_call_code.{word}" for word in ("done",)),
    *(f"response.image_generation_call.{word}" for word in ("in_progress", "generating", "partial_image", "completed")),
    *(f"response.mcp_call.{word}" for word in ("in_progress", "completed", "failed")),
    *(f"response.mcp_list_tools.{word}" for word in ("in_progress", "completed", "failed")),
    *(f"response.audio.{word}" for word in ("done", "transcript.done")),
)
