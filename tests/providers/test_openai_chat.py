"""The many ways in which services depart from Chat Completions."""

import json
from typing import Any

import pytest

from heartbit_tui.kernel.errors import MalformedError, NetworkError, OverloadedError
from heartbit_tui.kernel.messages import Opaque, StopReason, Text, Thinking, ToolCall, Usage
from heartbit_tui.kernel.protocols import Part
from heartbit_tui.providers.openai_chat_stream import usage_of
from tests.providers.wires import Replay, blocks, finishes, parts_of


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    return (
        f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}], **more})}\n\n".encode()
    )


def piece(arguments: str, **more: Any) -> dict[str, Any]:
    name = {"name": more.pop("name")} if "name" in more else {}
    return {"tool_calls": [{"function": {"arguments": arguments, **name}, **more}]}


async def read(*chunks: bytes) -> list[Part]:
    return await parts_of("openai", Replay([*chunks, b"data: [DONE]\n\n"]))


CALLS: dict[str, list[dict[str, Any]]] = {
    "by index": [
        piece('{"a"', index=0, id="x", name="f"),
        piece('{"b"', index=1, id="y", name="g"),
        piece(": 1}", index=0),
        piece(": 2}", index=1),
    ],
    "by id": [
        piece('{"a"', id="x", name="f"),
        piece(": 1}", id="x"),
        piece('{"b"', id="y", name="g"),
        piece(": 2}", id="y"),
    ],
    "one after the other": [piece('{"a"', id="x", name="f"), piece(": 1}"), piece('{"b": 2}', id="y", name="g")],
    "all at index 0": [piece('{"a": 1}', index=0, id="x", name="f"), piece('{"b": 2}', index=0, id="y", name="g")],
    "large indexes": [piece('{"a": 1}', index=7, id="x", name="f"), piece('{"b": 2}', index=90, id="y", name="g")],
    "names repeated": [
        piece('{"a"', index=0, id="x", name="f"),
        piece(": 1}", index=0, id="x", name="f"),
        piece('{"b": 2}', index=1, id="y", name="g"),
    ],
    "arguments as objects": [piece({"a": 1}, index=0, id="x", name="f"), piece({"b": 2}, index=1, id="y", name="g")],  # type: ignore[arg-type]
}


@pytest.mark.parametrize("way", CALLS)
async def test_fragments_of_calls_find_together(way: str) -> None:
    parts = await read(*(chunk(delta) for delta in CALLS[way]), chunk({}, "stop"))
    assert blocks(parts) == [ToolCall(id="x", name="f", input={"a": 1}), ToolCall(id="y", name="g", input={"b": 2})]
    assert finishes(parts)[0].stop is StopReason.TOOL_USE


async def test_calls_without_an_id_get_one_each() -> None:
    parts = await read(
        chunk(piece("{}", index=0, name="f")), chunk(piece("{}", index=1, name="f")), chunk({}, "tool_calls")
    )
    first, second = (block.id for block in blocks(parts))
    assert len({first, second, ""}) == 3


async def test_a_service_cannot_make_memory_grow_with_indexes() -> None:
    for index in (1_000_000_000, -1):
        with pytest.raises(MalformedError):
            await read(chunk(piece("{}", index=index, id="x", name="f")), chunk({}, "tool_calls"))
    with pytest.raises(MalformedError):
        await read(*(chunk(piece("{}", index=n, id=f"c{n}", name="f")) for n in range(129)), chunk({}, "tool_calls"))
    assert (
        len(
            blocks(
                await read(
                    *(chunk(piece("{}", index=n, id=f"c{n}", name="f")) for n in range(128)), chunk({}, "tool_calls")
                )
            )
        )
        == 128
    )


async def test_reasoning_comes_under_several_names_and_its_details_are_kept() -> None:
    for key in ("reasoning", "reasoning_content"):
        parts = await read(
            chunk({key: "I th"}), chunk({key: "ink", "content": ""}), chunk({"content": "So."}), chunk({}, "stop")
        )
        assert blocks(parts) == [Thinking(text="I think"), Text(text="So.")]
    details = [
        {"reasoning": "a", "reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}]},
        {"reasoning": "b", "reasoning_details": [{"type": "reasoning.text", "text": "b", "index": 0}]},
        {
            "reasoning_details": [
                {"type": "reasoning.text", "signature": "sig", "index": 0},
                {"type": "reasoning.encrypted", "data": "X", "index": 1},
            ]
        },
    ]
    whole = [
        {"type": "reasoning.text", "text": "ab", "index": 0, "signature": "sig"},
        {"type": "reasoning.encrypted", "data": "X", "index": 1},
    ]
    parts = await read(*(chunk(delta) for delta in details), chunk({"content": "So."}), chunk({}, "stop"))
    assert blocks(parts) == [
        Thinking(text="ab"),
        Opaque(provider="openai", data={"reasoning_details": whole}),
        Text(text="So."),
    ]


async def test_how_an_answer_ends() -> None:
    for word, stop in {
        "stop": StopReason.END_TURN,
        "length": StopReason.MAX_TOKENS,
        "content_filter": StopReason.REFUSAL,
        "eos": StopReason.END_TURN,
    }.items():
        assert finishes(await read(chunk({"content": "x"}), chunk({}, word)))[0].stop is stop
    assert finishes(await read(chunk({"refusal": "No."}), chunk({}, "stop")))[0].stop is StopReason.REFUSAL
    with pytest.raises(NetworkError):
        await read(chunk({"content": "x"}))
    with pytest.raises(OverloadedError):
        await read(chunk({"content": "x"}), chunk({}, "error"))
    without_done = await parts_of("openai", Replay([chunk({"content": "x"}), chunk({}, "stop")]))
    assert blocks(without_done) == [Text(text="x")]


async def test_the_cost_that_a_service_reports_is_preferred() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}
    (finish,) = finishes(await read(chunk({"content": "x"}), chunk({}, "stop", usage=usage)))
    assert (finish.cost_usd, finish.usage) == (0.25, Usage(input_tokens=10, output_tokens=5))


USAGES: dict[str, tuple[dict[str, Any], Usage]] = {
    "plain": ({"prompt_tokens": 10, "completion_tokens": 5}, Usage(input_tokens=10, output_tokens=5)),
    "openai": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        Usage(input_tokens=6, output_tokens=5, cache_read_input_tokens=4, reasoning_tokens=3),
    ),
    "openrouter": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 50},
        },
        Usage(input_tokens=10, output_tokens=5, cache_read_input_tokens=40, cache_creation_input_tokens=50),
    ),
    "deepseek": (
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 8},
        Usage(input_tokens=2, output_tokens=5, cache_read_input_tokens=8),
    ),
    "moonshot": (
        {"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 8},
        Usage(input_tokens=2, output_tokens=5, cache_read_input_tokens=8),
    ),
    "reasoning apart": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 22,
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        Usage(input_tokens=10, output_tokens=12, reasoning_tokens=7),
    ),
    "nonsense": (
        {
            "prompt_tokens": "x",
            "completion_tokens": -5,
            "prompt_tokens_details": None,
            "completion_tokens_details": [1],
        },
        Usage(),
    ),
}


@pytest.mark.parametrize("service", USAGES)
def test_usage_has_one_meaning_whatever_the_service(service: str) -> None:
    given, expected = USAGES[service]
    assert usage_of(given) == expected
