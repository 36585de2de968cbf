"""The Chat Completions wire format, seen from the service: what it sends, and what it refuses."""

import itertools
import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from heartbit_tui.kernel.messages import JsonObject, Opaque, Text, Thinking, ToolCall
from heartbit_tui.providers.script import RawCall, Reply, ScriptBlock, pieces

PING: Final = b": keep-alive\n\n"


def events(reply: Reply, *, model: str, id: str) -> Iterator[bytes]:
    """The events of a streamed answer."""
    frame = {"id": f"chatcmpl-{id}", "object": "chat.completion.chunk", "created": 0, "model": model}
    yield _chunk(frame, {"role": "assistant", "content": ""})
    calls = 0
    for block in reply.blocks:
        for delta in _deltas(block, reply.chunk, calls):
            yield _chunk(frame, delta)
        calls += isinstance(block, ToolCall | RawCall)
    yield _chunk(frame, {}, _stop(reply))
    yield _event({**frame, "choices": [], "usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def whole(reply: Reply, *, model: str, id: str) -> JsonObject:
    """The answer in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    calls: list[JsonObject] = []
    for block in reply.blocks:
        match block:
            case Text(text=text):
                message["content"] = (message["content"] or "") + text
            case Thinking(text=text):
                message["reasoning_content"] = message.get("reasoning_content", "") + text
            case ToolCall() | RawCall():
                calls.append(_call(block, len(calls), _arguments(block)))
            case Opaque(data=data):
                message |= data
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": _stop(reply)}
    frame = {"id": f"chatcmpl-{id}", "object": "chat.completion", "created": 0, "model": model}
    return {**frame, "choices": [choice], "usage": _usage(reply)}


def error(status: int, message: str) -> JsonObject:
    """The body of an error answer."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": status}}


def error_event(error: JsonObject) -> bytes:
    """An error in the middle of a stream."""
    return _event({"error": error or {"message": "The server is overloaded", "code": 503}})


def system(body: JsonObject) -> str:
    """The system prompt of a request."""
    found = [message for message in body.get("messages") or () if message.get("role") in {"system", "developer"}]
    return json.dumps(found, ensure_ascii=False)


def last(body: JsonObject) -> str:
    """The last message of a request."""
    return json.dumps((body.get("messages") or [""])[-1], ensure_ascii=False)


def complaint(body: JsonObject, signed: frozenset[str]) -> str:
    """Why a strict service refuses this request; empty when it does not."""
    messages: list[Any] = body.get("messages") or []
    said = [message for message in messages if message.get("role") not in {"system", "developer"}]
    if not said or said[0].get("role") != "user":
        return "messages: the first message after the system prompt has to be a user's"
    return _empty(said) or _unpaired(said) or _repeated(said)


def _empty(messages: list[Any]) -> str:
    for message in messages:
        calls = message.get("tool_calls")
        if calls is not None and not calls:
            return "messages: `tool_calls` must not be an empty list"
        if not message.get("content") and not calls and message["role"] != "tool":
            return "messages: content must not be empty"
    return ""


def _unpaired(messages: list[Any]) -> str:
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                return "messages: `tool` message without the `tool_calls` it responds to"
            waiting.remove(message["tool_call_id"])
        elif waiting:
            return f"messages: no response to the tool calls {waiting}"
        else:
            waiting = [call["id"] for call in message.get("tool_calls") or ()]
            if faulty := [c for c in message.get("tool_calls") or () if not _is_object(c["function"]["arguments"])]:
                return f"messages: arguments of {faulty[0]['id']} are not a JSON object"
    return f"messages: no response to the tool calls {waiting}" if waiting else ""


def _repeated(messages: list[Any]) -> str:
    roles = [message["role"] for message in messages]
    twice = any(role == after and role != "tool" for role, after in itertools.pairwise(roles))
    return "messages: conversation roles must alternate" if twice else ""


def _is_object(text: object) -> bool:
    try:
        return isinstance(json.loads(str(text)), dict)
    except ValueError:
        return False


def _deltas(block: ScriptBlock, size: int, index: int) -> Iterator[JsonObject]:
    match block:
        case Text(text=text):
            yield from ({"content": piece} for piece in pieces(text, size))
        case Thinking(text=text):
            yield from ({"reasoning_content": piece} for piece in pieces(text, size))
        case ToolCall() | RawCall():
            yield {"tool_calls": [_call(block, index, "")]}
            for piece in pieces(_arguments(block), size):
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
        case Opaque(data=data):
            yield data


def _call(block: ToolCall | RawCall, index: int, arguments: str) -> JsonObject:
    function = {"name": block.name, "arguments": arguments}
    return {"index": index, "id": block.id, "type": "function", "function": function}


def _arguments(block: ToolCall | RawCall) -> str:
    if isinstance(block, RawCall):
        return block.arguments
    return json.dumps(block.input, ensure_ascii=False) if block.input else ""


def _usage(reply: Reply) -> JsonObject:
    usage = reply.usage
    counts: dict[str, Any] = {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_input_tokens,
            "cache_write_tokens": usage.cache_creation_input_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
    return counts if reply.cost_usd is None else {**counts, "cost": reply.cost_usd}


def _stop(reply: Reply) -> str:
    return _STOPS.get(reply.stop_reason, "stop")


def _chunk(frame: JsonObject, delta: JsonObject, finish: str | None = None) -> bytes:
    return _event({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _event(data: JsonObject) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "surrogatepass")


_STOPS: MappingProxyType[str, str] = MappingProxyType(
    {"tool_use": "tool_calls", "max_tokens": "length", "refusal": "content_filter"}
)
