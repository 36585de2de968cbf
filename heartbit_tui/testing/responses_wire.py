"""The Responses wire format, seen from the service: what it sends, and what it refuses."""

import json
from collections.abc import Iterator
from typing import Any, Final

from heartbit_tui.kernel.messages import JsonObject, Opaque, StopReason, Text, Thinking, ToolCall, empty_object
from heartbit_tui.providers.script import RawCall, Reply, ScriptBlock, pieces, sign

PING: Final = b": keep-alive\n\n"


def events(reply: Reply, *, model: str, id: str) -> Iterator[bytes]:
    """The events of a streamed answer."""
    frame = {"id": f"resp_{id}", "object": "response", "model": model}
    begun: JsonObject = {**frame, "status": "in_progress", "output": []}
    yield _event({"type": "response.created", "response": begun})
    yield _event({"type": "response.in_progress", "response": begun})
    for index, block in enumerate(reply.blocks):
        item = _item(block, index)
        place = {"output_index": index, "item_id": item.get("id", "")}
        yield _event({"type": "response.output_item.added", "output_index": index, "item": _opened(item)})
        for delta in _deltas(block, reply.chunk):
            yield _event({**place, **delta})
        yield _event({"type": "response.output_item.done", "output_index": index, "item": item})
    response = whole(reply, model=model, id=id)
    yield _event({"type": f"response.{response['status']}", "response": response})


def whole(reply: Reply, *, model: str, id: str) -> JsonObject:
    """The answer in one piece."""
    why = {StopReason.MAX_TOKENS: "max_output_tokens", StopReason.REFUSAL: "content_filter"}.get(reply.stop_reason)
    return {
        "id": f"resp_{id}",
        "object": "response",
        "model": model,
        "status": "incomplete" if why else "completed",
        "incomplete_details": {"reason": why} if why else None,
        "output": [_item(block, index) for index, block in enumerate(reply.blocks)],
        "usage": _usage(reply),
    }


def error(status: int, message: str) -> JsonObject:
    """The body of an error answer."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def error_event(error: JsonObject) -> bytes:
    """An error in the middle of a stream."""
    failed = error or {"code": "server_is_overloaded", "message": "The server is overloaded"}
    response: JsonObject = {
        "id": "resp_failed",
        "object": "response",
        "status": "failed",
        "error": failed,
        "output": [],
    }
    return _event({"type": "response.failed", "response": response})


def system(body: JsonObject) -> str:
    """The system prompt of a request."""
    return str(body.get("instructions") or "")


def last(body: JsonObject) -> str:
    """The last item of a request."""
    return json.dumps((body.get("input") or [""])[-1], ensure_ascii=False)


def complaint(body: JsonObject, signed: frozenset[str]) -> str:
    """Why a strict service refuses this request; empty when it does not."""
    items: list[Any] = body.get("input") or []
    if not items:
        return "input: must not be empty"
    if any(item.get("type", "message") == "message" and not item.get("content") for item in items):
        return "input: content must not be empty"
    return _unpaired(items) or _altered(items)


def _unpaired(items: list[Any]) -> str:
    asked = [item["call_id"] for item in items if item.get("type") == "function_call"]
    answered = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    if sorted(asked) != sorted(answered):
        return "input: function calls and their outputs do not pair"
    return ""


def _altered(items: list[Any]) -> str:
    for item, after in zip(items, [*items[1:], empty_object()], strict=True):
        if item.get("type") != "reasoning":
            continue
        if item.get("encrypted_content") != sign("".join(part["text"] for part in item["summary"])):
            return "input: the encrypted content of a reasoning item could not be verified"
        if after.get("type", "message") not in {"message", "function_call", "reasoning"}:
            return "input: a reasoning item without its required following item"
    return ""


def _item(block: ScriptBlock, index: int) -> JsonObject:
    match block:
        case Text(text=text):
            content: list[JsonObject] = [{"type": "output_text", "text": text, "annotations": []}]
            frame = {"type": "message", "id": f"msg_{index}", "role": "assistant", "status": "completed"}
            return {**frame, "content": content}
        case Thinking(text=text):
            summary = [{"type": "summary_text", "text": text}]
            return {"type": "reasoning", "id": f"rs_{index}", "summary": summary, "encrypted_content": sign(text)}
        case ToolCall() | RawCall():
            named = {"call_id": block.id, "name": block.name, "arguments": _arguments(block)}
            return {"type": "function_call", "id": f"fc_{index}", "status": "completed", **named}
        case Opaque(data=data):
            return data


def _opened(item: JsonObject) -> JsonObject:
    emptied: JsonObject = {
        "content": [],
        "summary": [],
        "arguments": "",
        "encrypted_content": "",
        "status": "in_progress",
    }
    return {**item, **{key: value for key, value in emptied.items() if key in item}}


def _deltas(block: ScriptBlock, size: int) -> Iterator[JsonObject]:
    match block:
        case Text(text=said):
            kind, text = "response.output_text.delta", said
        case Thinking(text=thought):
            kind, text = "response.reasoning_summary_text.delta", thought
        case ToolCall() | RawCall():
            kind, text = "response.function_call_arguments.delta", _arguments(block)
        case Opaque():
            return
    yield from ({"type": kind, "delta": piece} for piece in pieces(text, size))


def _arguments(block: ToolCall | RawCall) -> str:
    if isinstance(block, RawCall):
        return block.arguments
    return json.dumps(block.input, ensure_ascii=False)


def _usage(reply: Reply) -> JsonObject:
    usage = reply.usage
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cache_read_input_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt + usage.output_tokens,
    }


def _event(data: JsonObject) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "surrogatepass")
