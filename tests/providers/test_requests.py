"""What is sent: the shapes that strict services take, and nothing that they refuse."""

import itertools
import json
from random import Random
from typing import Any

import httpx
import pytest

from heartbit_tui.kernel.messages import (
    Assistant,
    Audio,
    Image,
    Message,
    Opaque,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
    user,
)
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.kernel.protocols import AnyTool, Request, ThisTool, ToolSpec
from heartbit_tui.providers import anthropic_request, models, openai_chat_request, openai_responses_request
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.script import Player
from heartbit_tui.testing import anthropic_wire, chat_wire, responses_wire
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ALL, ASK, Replay, blocks, finishes, frames, provider, replies

TOOLS = (
    ToolSpec(
        name="read", description="Reads.", input_schema={"type": "object", "properties": {"path": {"type": "string"}}}
    ),
    ToolSpec(name="bash", description="Runs.", input_schema={"type": "object", "properties": {}}),
)
CALL = ToolCall(id="c1", name="read", input={"path": "a"})
RESULT = ToolResult(call_id="c1", content="text of a")


def messages_body(request: Request, model: str = "claude-sonnet-4-5", *, caching: bool = True) -> Any:
    known = anthropic_request.known(model)
    return anthropic_request.body(
        request, anthropic_request.Sender(provider="anthropic", model=model, known=known, caching=caching)
    )


def chat_body(request: Request, model: str = "gpt-5", flavour: Any = "openai", *, caching: bool = True) -> Any:
    known = models.known(model) or openai_chat_request.UNKNOWN
    sender = openai_chat_request.Sender(provider="openai", model=model, flavour=flavour, known=known, caching=caching)
    return openai_chat_request.body(request, sender)


def responses_body(request: Request, model: str = "gpt-5") -> Any:
    known = models.known(model) or openai_responses_request.UNKNOWN
    return openai_responses_request.body(
        request, openai_responses_request.Sender(provider="openai-responses", model=model, known=known)
    )


def asking(*messages: Message, **more: Any) -> Request:
    return Request(system="Be brief.", messages=messages or (user("Hello"),), **more)


def test_a_minimal_request_has_nothing_else() -> None:
    bare = Request(system="", messages=(user("Hello"),), max_tokens=100)
    hello = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    assert messages_body(bare, caching=False) == {
        "model": "claude-sonnet-4-5",
        "messages": hello,
        "max_tokens": 100,
        "stream": True,
    }
    assert chat_body(bare, "gpt-4o") == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 100,
    }
    assert chat_body(bare, "some-model", "other")["max_tokens"] == 100
    assert responses_body(bare, "gpt-4o") == {
        "model": "gpt-4o",
        "store": False,
        "stream": True,
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
        "max_output_tokens": 100,
    }


def test_four_places_are_marked_for_the_cache() -> None:
    body = messages_body(
        asking(
            user("one"),
            Assistant(content=(CALL,)),
            User(content=(RESULT,)),
            Assistant(content=(Text(text="ok"),)),
            user("two"),
            tools=TOOLS,
        )
    )
    assert "cache_control" in body["system"][0]
    assert ["cache_control" in tool for tool in body["tools"]] == [False, True]
    marked = ["cache_control" in message["content"][-1] for message in body["messages"]]
    assert marked == [False, False, True, False, True]
    assert json.dumps(body).count("cache_control") == 4
    assert "cache_control" not in json.dumps(messages_body(asking(tools=TOOLS), caching=False))


def test_openrouter_marks_the_cache_for_anthropic_models_alone() -> None:
    request = asking(user("one"), Assistant(content=(CALL,)), User(content=(RESULT,)), tools=TOOLS)
    body = chat_body(request, "anthropic/claude-sonnet-5.5", "openrouter")
    assert json.dumps(body).count("cache_control") == 4
    assert body["messages"][-1]["content"] == [
        {"type": "text", "text": "text of a", "cache_control": {"type": "ephemeral"}}
    ]
    assert "cache_control" not in json.dumps(chat_body(request, "google/gemini-3.1-pro", "openrouter"))
    assert "cache_control" not in json.dumps(
        chat_body(request, "anthropic/claude-sonnet-5.5", "openrouter", caching=False)
    )


def test_the_choice_of_a_tool() -> None:
    for choice, anthropic, openai, responses in (
        (None, None, None, None),
        (AnyTool(), {"type": "any"}, "required", "required"),
        (
            ThisTool(name="read"),
            {"type": "tool", "name": "read"},
            {"type": "function", "function": {"name": "read"}},
            {"type": "function", "name": "read"},
        ),
    ):
        request = asking(tools=TOOLS, tool_choice=choice)
        assert messages_body(request).get("tool_choice") == anthropic
        assert chat_body(request).get("tool_choice") == openai
        assert responses_body(request).get("tool_choice") == responses
        assert "tool_choice" not in messages_body(request, "claude-sonnet-5-5")
        assert "tool_choice" not in messages_body(asking(tool_choice=choice))


@pytest.mark.parametrize("model", models.MODELS)
def test_levels_of_effort_differ_and_leave_the_answer_its_room(model: str) -> None:
    for answer in (1024, 4096, 8192, 32_000):
        bodies = [messages_body(asking(max_tokens=answer, effort=effort), model) for effort in Effort]
        chats = [chat_body(asking(max_tokens=answer, effort=effort), model) for effort in Effort]
        answers = [responses_body(asking(max_tokens=answer, effort=effort), model) for effort in Effort]
        for body in bodies:
            budget = body.get("thinking", {}).get("budget_tokens", 0)
            assert body["max_tokens"] - budget >= answer
            assert budget == 0 or budget >= 1024
        assert all(chat["max_completion_tokens"] >= answer for chat in chats)
        assert all(body["max_output_tokens"] >= answer for body in answers)
        if models.MODELS[model].thinks is not models.Thinks.NEVER and answer * 5 <= models.MODELS[model].output:
            formats = [bodies] if model.startswith("claude") else [chats, answers]
            assert [len({json.dumps(body) for body in told[1:]}) for told in formats] == [3] * len(formats)


def test_how_each_generation_of_models_is_told_to_think() -> None:
    low, off = asking(effort=Effort.LOW, max_tokens=6000), asking(effort=Effort.NONE)
    assert messages_body(low)["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert messages_body(low, "claude-opus-4-7")["output_config"] == {"effort": "low"}
    assert "thinking" not in messages_body(off, "claude-opus-4-7")
    assert messages_body(off, "claude-sonnet-5")["thinking"] == {"type": "disabled"}
    bound = messages_body(off, "claude-sonnet-5-5")
    assert bound["output_config"] == {"effort": "low"}
    assert bound["thinking"] == {
        "type": "adaptive",
        "display": "summarized",
        "block_binding": {"prefix_mismatch_behavior": "drop_block"},
    }
    assert chat_body(off, "gpt-5.1")["reasoning_effort"] == "none"
    assert chat_body(off, "gpt-5")["reasoning_effort"] == "minimal"
    assert chat_body(off, "gpt-6.1-sol")["reasoning_effort"] == "low"
    assert "reasoning_effort" not in chat_body(low, "gpt-4o")
    assert chat_body(low, "x/y", "openrouter")["reasoning"] == {"effort": "low"}
    assert messages_body(asking(tools=TOOLS, tool_choice=AnyTool(), effort=Effort.HIGH)).get("thinking") is None


def test_results_come_before_words_and_errors_are_told() -> None:
    failed = ToolResult(call_id="c1", content="", is_error=True, media=(Image(media_type="image/png", data="AA=="),))
    request = asking(user("go"), Assistant(content=(CALL,)), User(content=(Text(text="hurry"), failed)))
    (result, words) = messages_body(request, caching=False)["messages"][-1]["content"]
    assert (result["type"], result["is_error"], result["tool_use_id"]) == ("tool_result", True, "c1")
    assert [part["type"] for part in result["content"]] == ["text", "image"]
    assert words == {"type": "text", "text": "hurry"}
    tool, after = chat_body(request)["messages"][-2:]
    assert tool == {"role": "tool", "tool_call_id": "c1", "content": "[ERROR] (no output)"}
    assert [part["type"] for part in after["content"]] == ["text", "image_url", "text"]
    output = responses_body(request)["input"][2]
    assert (output["type"], output["call_id"], len(output["output"])) == ("function_call_output", "c1", 2)


def test_media_are_sent_in_each_format() -> None:
    request = asking(
        User(content=(Text(text="look"), Image(media_type="image/png", data="AA=="), Audio(format="wav", data="BB==")))
    )
    assert [part["type"] for part in messages_body(request, caching=False)["messages"][0]["content"]] == [
        "text",
        "image",
        "text",
    ]
    assert chat_body(request)["messages"][1]["content"][1:] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        {"type": "input_audio", "input_audio": {"data": "BB==", "format": "wav"}},
    ]
    assert [part["type"] for part in responses_body(request)["input"][0]["content"]] == [
        "input_text",
        "input_image",
        "input_text",
    ]


def test_thoughts_of_another_service_or_model_are_left_out() -> None:
    thought = (
        Thinking(text="hm", signature="s"),
        Opaque(provider="anthropic", data={"type": "redacted_thinking", "data": "x"}),
        Text(text="So."),
    )
    for source, model, kept in (
        ("anthropic", "claude-sonnet-4-5-20250929", 3),
        ("", "", 3),
        ("anthropic", "claude-sonnet-4", 1),
        ("openrouter", "anthropic/claude-sonnet-4.5", 1),
    ):
        answer = Assistant(content=thought, provider=source, model=model)
        body = messages_body(asking(user("a"), answer, user("b")))
        assert len(body["messages"][1]["content"]) == kept, (source, model)
    unsigned = Assistant(content=(Thinking(text="hm"), Text(text="So.")), provider="anthropic")
    assert len(messages_body(asking(user("a"), unsigned, user("b")))["messages"][1]["content"]) == 1


def test_the_details_of_openrouters_reasoning_go_back_as_they_came() -> None:
    details = [
        {"type": "reasoning.encrypted", "data": "abc", "index": 0},
        {"type": "reasoning.text", "text": "hm", "signature": "s"},
    ]
    answer = Assistant(
        content=(Thinking(text="hm"), Opaque(provider="openai", data={"reasoning_details": details}), CALL),
        provider="openai",
    )
    sent = chat_body(asking(user("a"), answer, User(content=(RESULT,))), "x/y", "openrouter")["messages"][2]
    assert sent["reasoning_details"] == details
    assert sent["content"] is None


def test_ids_of_other_services_fit_each_service() -> None:
    odd = ToolCall(id="call|fc.1 é", name="read")
    request = asking(user("a"), Assistant(content=(odd,)), User(content=(ToolResult(call_id=odd.id, content="x"),)))
    body = messages_body(request)
    assert body["messages"][1]["content"][0]["id"] == body["messages"][2]["content"][0]["tool_use_id"] == "call_fc_1__"


def test_neighbours_and_empty_messages_never_reach_a_service() -> None:
    pieces: list[Message] = [
        user("a"),
        user(""),
        user(" \n"),
        Assistant(content=()),
        Assistant(content=(Text(text=""),)),
        Assistant(content=(Text(text="b"),)),
        Assistant(content=(Thinking(text="x"),)),
        user("c"),
    ]
    random = Random(3)
    cases = 0
    for order in itertools.islice(itertools.permutations(pieces, 5), 0, 6000, 20):
        request = asking(user("first"), *order, user("last"))
        assert anthropic_wire.complaint(messages_body(request), frozenset()) == ""
        assert chat_wire.complaint(chat_body(request), frozenset()) == ""
        assert responses_wire.complaint(responses_body(request), frozenset()) == ""
        cases += 1
        random.shuffle(pieces)
    assert cases >= 200


@pytest.mark.parametrize("name", ALL)
async def test_what_was_received_is_sent_back_byte_for_byte(name: str) -> None:
    recorded = [reply for reply in replies(260, seed=11) if any(not isinstance(b, Thinking) for b in reply.blocks)][
        :200
    ]
    assert len(recorded) * len(ALL) >= 345
    async with (
        ModelServer(recorded) as server,
        open_client() as client,
    ):
        asked = provider(name, client, url=server.url)
        messages: tuple[Message, ...] = (user("go"),)
        for turn in range(40):
            parts = [
                part
                async for part in asked.stream(Request(system="s", messages=messages, tools=TOOLS, effort=Effort.LOW))
            ]
            (finish,) = finishes(parts)
            answer = Assistant(
                content=tuple(blocks(parts)), stop=finish.stop, provider=finish.provider, model=finish.model
            )
            results = tuple(ToolResult(call_id=call.id, content=f"result {call.id}") for call in answer.calls)
            follow = User(content=results) if results else user(f"go on {turn}")
            messages = (*messages, answer, follow)
        sent = server.requests[-1].body
    if name == "anthropic":
        check_replayed(sent, recorded)


def check_replayed(sent: Any, recorded: list[Any]) -> None:
    answers = [message["content"] for message in sent["messages"] if message["role"] == "assistant"]
    for content, reply in zip(answers, recorded, strict=False):
        thoughts = [(block["thinking"], block["signature"]) for block in content if block["type"] == "thinking"]
        assert thoughts == [(block.text, block.signature) for block in reply.blocks if isinstance(block, Thinking)]
        calls = [(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"]
        assert calls == [(block.id, block.name, block.input) for block in reply.blocks if isinstance(block, ToolCall)]


def test_a_whole_exchange_round_trips_on_every_format() -> None:
    cases = 0
    for reply in replies(120, seed=12):
        given = Player([reply]).next(last="")
        assert given is not None
        calls = [block for block in given.blocks if isinstance(block, ToolCall)]
        content = tuple(block for block in given.blocks if isinstance(block, Text | Thinking | ToolCall))
        results = tuple(ToolResult(call_id=call.id, content="ok") for call in reversed(calls)) or (Text(text="next"),)
        request = asking(
            user("a"), Assistant(content=content, stop=StopReason.TOOL_USE), User(content=results), tools=TOOLS
        )
        assert anthropic_wire.complaint(messages_body(request), frozenset()) == ""
        assert chat_wire.complaint(chat_body(request), frozenset()) == ""
        assert responses_wire.complaint(responses_body(request), frozenset()) == ""
        cases += 3
    assert cases >= 345


async def test_the_address_is_put_together_from_any_base() -> None:
    seen: list[str] = []

    class Service(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(str(request.url))
            return await Replay(frames("anthropic", replies(1)[0])).handle_async_request(request)

    async with httpx.AsyncClient(transport=Service()) as client:
        for base in ("http://h", "http://h/", "http://h/v1", "http://h/v1/", "http://h/v1/messages"):
            _ = [part async for part in provider("anthropic", client, url=base).stream(ASK)]
    assert set(seen) == {"http://h/v1/messages"}
