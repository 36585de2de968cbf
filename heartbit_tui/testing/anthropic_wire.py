"""The Messages wire format, seen from the service: what it sends, and what it refuses."""

import itertools
import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from heartbit_tui.kernel.messages import JsonObject, Opaque, Text, Thinking, ToolCall, empty_object
from heartbit_tui.providers.script import RawCall, Reply, ScriptBlock, pieces, sign

PING: Final = b'event: ping\ndata: {"type": "ping"}\n\n'


def events(reply: Reply, *, model: str, id: str) -> Iterator[bytes]:
    """The events of a streamed answer."""
    yield _event({"type": "message_start", "message": _message(reply, model=model, id=id)})
    yield PING
    for index, block in enumerate(reply.blocks):
        yield _event({"type": "content_block_start", "index": index, "content_block": _opened(block)})
        for delta in _deltas(block, reply.chunk):
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index})
    usage = {"output_tokens": reply.usage.output_tokens}
    stopped = {"stop_reason": _stop(reply), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": stopped, "usage": usage})
    yield _event({"type": "message_stop"})


def whole(reply: Reply, *, model: str, id: str) -> JsonObject:
    """The answer in one piece."""
    message = _message(reply, model=model, id=id)
    usage = {**message["usage"], "output_tokens": reply.usage.output_tokens}
    return {**message, "content": [_finished(b) for b in reply.blocks], "stop_reason": _stop(reply), "usage": usage}


def error(status: int, message: str) -> JsonObject:
    """The body of an error answer."""
    return {"type": "error", "error": {"type": _ERROR_TYPES.get(status, "api_error"), "message": message}}


def error_event(error: JsonObject) -> bytes:
    """An error in the middle of a stream."""
    return _event({"type": "error", "error": error or {"type": "overloaded_error", "message": "Overloaded"}})


def system(body: JsonObject) -> str:
    """The system prompt of a request."""
    return json.dumps(body.get("system", ""), ensure_ascii=False)


def last(body: JsonObject) -> str:
    """The last message of a request."""
    return json.dumps((body.get("messages") or [""])[-1], ensure_ascii=False)


def complaint(body: JsonObject, signed: frozenset[str]) -> str:
    """Why a strict service refuses this request; empty when it does not. `signed`: calls that followed thinking."""
    messages: list[Any] = body.get("messages") or []
    if not messages or messages[0].get("role") != "user":
        return "messages: first message must use the user role"
    roles = [message.get("role") for message in messages]
    if any(role == following for role, following in itertools.pairwise(roles)):
        return "messages: roles must alternate between user and assistant"
    checks = (_empty, _unsigned, _unpaired, _unmarked)
    found = next((text for check in checks if (text := check(body, messages))), "")
    return found or _thoughtless(messages, signed)


def _empty(body: JsonObject, messages: list[Any]) -> str:
    for message in messages:
        blocks = _blocks(message)
        if not blocks:
            return "messages: all messages must have non-empty content"
        if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
            return "messages: text content blocks must contain non-whitespace text"
    return ""


def _unsigned(body: JsonObject, messages: list[Any]) -> str:
    for message in messages:
        for block in _blocks(message):
            if block["type"] == "thinking" and block.get("signature") != sign(block["thinking"]):
                return "messages: Invalid `signature` in `thinking` block"
    return ""


def _unpaired(body: JsonObject, messages: list[Any]) -> str:
    asked: list[str] = []
    for message in messages:
        results = [block["tool_use_id"] for block in _blocks(message) if block["type"] == "tool_result"]
        if sorted(results) != sorted(asked):
            return "messages: `tool_use` ids and `tool_result` blocks of the next message do not pair"
        kinds = [block["type"] == "tool_result" for block in _blocks(message)]
        if kinds != sorted(kinds, reverse=True):
            return "messages: `tool_result` blocks have to stand first"
        asked = [block["id"] for block in _blocks(message) if block["type"] == "tool_use"]
    return "messages: `tool_use` without `tool_result`" if asked else ""


def _unmarked(body: JsonObject, messages: list[Any]) -> str:
    if json.dumps(body).count('"cache_control"') > 4:
        return "A maximum of 4 blocks with cache_control may be provided."
    thinking: JsonObject = body.get("thinking") or empty_object()
    choice: JsonObject = body.get("tool_choice") or empty_object()
    if thinking.get("type") == "enabled" and not 1024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
        return "`max_tokens` must be greater than `thinking.budget_tokens`"
    if thinking and choice.get("type") in {"any", "tool"}:
        return "Thinking may not be enabled when tool_choice forces tool use."
    return ""


def _thoughtless(messages: list[Any], signed: frozenset[str]) -> str:
    turns = [message for message in messages if message["role"] == "assistant"]
    blocks = _blocks(turns[-1]) if turns else []
    followed = any(block["type"] == "tool_use" and block["id"] in signed for block in blocks)
    if followed and blocks[0]["type"] not in {"thinking", "redacted_thinking"}:
        return "messages: a final `assistant` message must start with its thinking block"
    return ""


def _blocks(message: Any) -> list[Any]:
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _message(reply: Reply, *, model: str, id: str) -> dict[str, Any]:
    usage = {
        "input_tokens": reply.usage.input_tokens,
        "cache_creation_input_tokens": reply.usage.cache_creation_input_tokens,
        "cache_read_input_tokens": reply.usage.cache_read_input_tokens,
        "output_tokens": min(1, reply.usage.output_tokens),
    }
    frame: JsonObject = {"id": f"msg_{id}", "type": "message", "role": "assistant", "model": model, "content": []}
    return {**frame, "stop_reason": None, "stop_sequence": None, "usage": usage}


def _opened(block: ScriptBlock) -> JsonObject:
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case ToolCall(id=id, name=name) | RawCall(id=id, name=name):
            return {"type": "tool_use", "id": id, "name": name, "input": {}}
        case Opaque(data=data):
            return data


def _deltas(block: ScriptBlock, size: int) -> Iterator[JsonObject]:
    match block:
        case Text(text=text):
            yield from ({"type": "text_delta", "text": piece} for piece in pieces(text, size))
        case Thinking(text=text, signature=signature):
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in pieces(text, size))
            yield {"type": "signature_delta", "signature": signature}
        case ToolCall(input=arguments):
            text = json.dumps(arguments, ensure_ascii=False) if arguments else ""
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(text, size)])
        case RawCall(arguments=text):
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(text, size)])
        case Opaque():
            return


def _finished(block: ScriptBlock) -> JsonObject:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Thinking(text=text, signature=signature):
            return {"type": "thinking", "thinking": text, "signature": signature}
        case ToolCall(id=id, name=name, input=arguments):
            return {"type": "tool_use", "id": id, "name": name, "input": arguments}
        case RawCall(id=id, name=name):
            return {"type": "tool_use", "id": id, "name": name, "input": {}}
        case Opaque(data=data):
            return data


def _stop(reply: Reply) -> str:
    return {"pause": "pause_turn", "interrupted": "end_turn"}.get(reply.stop_reason, str(reply.stop_reason))


def _event(data: JsonObject) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "surrogatepass")


_ERROR_TYPES: MappingProxyType[int, str] = MappingProxyType(
    {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        529: "overloaded_error",
    }
)
