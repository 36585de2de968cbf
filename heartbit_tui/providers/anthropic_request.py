"""A request in the Anthropic Messages format; pure."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Audio,
    Image,
    JsonObject,
    Message,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
    UserBlock,
)
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.kernel.protocols import AnyTool, Request, ThisTool, ToolSpec
from heartbit_tui.providers import models
from heartbit_tui.providers.caching import Ttl, mark
from heartbit_tui.providers.models import Model, Thinks, plain, thinking_room

NO_OUTPUT = "(no output)"
NO_SOUND = "[a sound; this model cannot hear]"

UNKNOWN = Model(200_000, 32_000, Thinks.BUDGET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks: the provider's name, the model and what is known of it, and whether prompts are cached, for how long."""

    provider: str
    model: str
    known: Model = UNKNOWN
    caching: bool = True
    ttl: Ttl = "5m"


def known(model: str) -> Model:
    """What is known of this model, as it is asked in this format: models of other makers think by a budget."""
    found = models.known(model) or UNKNOWN
    return found if plain(model).startswith("claude") else replace(found, thinks=Thinks.BUDGET)


Encoded: TypeAlias = dict[str, Any]
"""A message on the wire: its role and its blocks, none where nothing of it can be sent."""


def body(
    request: Request,
    sender: Sender,
    messages: Iterable[Encoded] | None = None,
    tools: Iterable[JsonObject] | None = None,
) -> JsonObject:
    """The request's body; `messages` and `tools` are the request's, where they were encoded before."""
    given = (encoded(message, sender) for message in request.messages) if messages is None else messages
    merged = _merged(given)
    if sender.caching:
        _mark(merged, sender)
    return {
        "model": sender.model,
        "messages": merged,
        "stream": True,
        **_system(request.system, sender),
        **_tools(request, sender, map(tool, request.tools) if tools is None else tools),
        **_thinking(request, sender),
    }


def _system(system: str, sender: Sender) -> JsonObject:
    if not system:
        return {}
    if not sender.caching:
        return {"system": system}
    return {"system": [{"type": "text", "text": system, "cache_control": mark(sender.ttl)}]}


def _tools(request: Request, sender: Sender, encoded: Iterable[JsonObject]) -> JsonObject:
    tools = list(encoded)
    if not tools:
        return {}
    if sender.caching:
        tools[-1] = {**tools[-1], "cache_control": mark(sender.ttl)}
    choice = _choice(request, sender)
    return {"tools": tools, "tool_choice": choice} if choice else {"tools": tools}


def tool(spec: ToolSpec) -> JsonObject:
    """One tool on the wire."""
    return {"name": spec.name, "description": spec.description, "input_schema": spec.input_schema}


def _choice(request: Request, sender: Sender) -> JsonObject | None:
    """The forced choice of a tool; models that always think refuse one, so they are left to choose."""
    if sender.known.thinks is Thinks.BOUND:
        return None
    match request.tool_choice:
        case AnyTool():
            return {"type": "any"}
        case ThisTool(name=name):
            return {"type": "tool", "name": name}
        case None:
            return None


def _thinking(request: Request, sender: Sender) -> JsonObject:
    """How much to think, and an output limit that leaves all of `max_tokens` to the answer."""
    effort, forced = request.effort, request.tool_choice is not None
    match sender.known.thinks:
        case Thinks.BUDGET if effort and not forced:
            return _budget(request, sender)
        case Thinks.ADAPTIVE if effort and effort is not Effort.NONE and not forced:
            return _adaptive(request, sender, effort)
        case Thinks.UNASKED if effort is Effort.NONE or forced:
            return {"max_tokens": request.max_tokens, "thinking": {"type": "disabled"}}
        case Thinks.UNASKED:
            return _adaptive(request, sender, effort)
        case Thinks.BOUND:
            return _adaptive(request, sender, Effort.LOW if effort is Effort.NONE else effort)
        case _:
            return {"max_tokens": request.max_tokens}


def _budget(request: Request, sender: Sender) -> JsonObject:
    room = thinking_room(request.effort, request.max_tokens, sender.known.output)
    if not room:
        return {"max_tokens": request.max_tokens}
    return {"max_tokens": request.max_tokens + room, "thinking": {"type": "enabled", "budget_tokens": room}}


def _adaptive(request: Request, sender: Sender, effort: Effort | None) -> JsonObject:
    room = thinking_room(effort or Effort.HIGH, request.max_tokens, sender.known.output)
    thinking: dict[str, Any] = {"type": "adaptive", "display": "summarized"}
    if sender.known.thinks is Thinks.BOUND:
        thinking["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}
    asked = {"max_tokens": request.max_tokens + room, "thinking": thinking}
    return {**asked, "output_config": {"effort": str(effort)}} if effort else asked


def beta(about: Model) -> str:
    """The value of the header `anthropic-beta` that this model's requests need; empty for none.

    A model whose thoughts are bound to what came before them would otherwise refuse a conversation that was shortened.
    """
    return "thinking-binding-controls-2026-08-01" if about.thinks is Thinks.BOUND else ""


def encoded(message: Message, sender: Sender) -> Encoded:
    """One message on the wire."""
    match message:
        case User(content=content):
            results = [block for block in content if isinstance(block, ToolResult)]
            others = [block for block in content if not isinstance(block, ToolResult)]
            blocks = [_user_block(block) for block in (*results, *others) if not _is_blank(block)]
            return {"role": "user", "content": blocks}
        case Assistant(content=content):
            own = message.provider in ("", sender.provider)
            readable = own and _same_model(message.model, sender.model)
            blocks = (_assistant_block(block, sender.provider, readable=readable) for block in content)
            return {"role": "assistant", "content": [block for block in blocks if block is not None]}


def _merged(messages: Iterable[Encoded]) -> list[Encoded]:
    """Messages of alternating roles: empty ones left out, neighbours of one role joined."""
    merged: list[Encoded] = []
    for message in messages:
        if not message["content"]:
            continue
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1] = {**message, "content": [*merged[-1]["content"], *message["content"]]}
        else:
            merged.append(message)
    return merged


def _mark(messages: list[Encoded], sender: Sender) -> None:
    """Let the last two messages that the model reads end what may be cached."""
    read = [index for index, message in enumerate(messages) if message["role"] == "user"]
    for index in read[-2:]:
        *before, last = messages[index]["content"]
        marked = [*before, {**last, "cache_control": mark(sender.ttl)}]
        messages[index] = {**messages[index], "content": marked}


def _is_blank(block: UserBlock | AssistantBlock) -> bool:
    return isinstance(block, Text) and not block.text.strip()


def _user_block(block: UserBlock) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Image(media_type=media_type, data=data):
            return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}
        case Audio():
            return {"type": "text", "text": NO_SOUND}
        case ToolResult():
            return _result(block)


def _result(result: ToolResult) -> dict[str, Any]:
    text = result.content if result.content.strip() else NO_OUTPUT
    content: object = text
    if result.media:
        content = [{"type": "text", "text": text}, *(_user_block(medium) for medium in result.media)]
    encoded = {"type": "tool_result", "tool_use_id": safe_id(result.call_id), "content": content}
    return {**encoded, "is_error": True} if result.is_error else encoded


def _assistant_block(block: AssistantBlock, provider: str, *, readable: bool) -> dict[str, Any] | None:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text} if text.strip() else None
        case Thinking(text=text, signature=signature):
            signed = readable and bool(signature)
            return {"type": "thinking", "thinking": text, "signature": signature} if signed else None
        case Opaque(provider=whose, data=data):
            return dict(data) if readable and whose == provider else None
        case ToolCall(id=id, name=name, input=arguments):
            return {"type": "tool_use", "id": safe_id(id), "name": name, "input": arguments}


def safe_id(id: str) -> str:
    """A call's id in the letters that the service takes; ids of other services may have more."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", id) or "call"


def _same_model(written: str, asked: str) -> bool:
    """Whether one model wrote and is asked; a service may report a dated name for a short one."""
    one, other = (re.sub(r"-(\d{8}|latest)$", "", plain(name)) for name in (written, asked))
    return not one or one == other
