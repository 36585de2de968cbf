"""A request in the Chat Completions format, as each service wants it; pure."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import (
    Assistant,
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
)
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.kernel.protocols import AnyTool, Request, ThisTool, ToolSpec
from heartbit_tui.providers.arguments import written
from heartbit_tui.providers.caching import Ttl, mark
from heartbit_tui.providers.models import Model, Thinks, thinking_room

NO_OUTPUT = "(no output)"
UNKNOWN = Model(128_000, 32_000, Thinks.NEVER)

Flavour = Literal["openai", "openrouter", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks: the provider's name, the model and what is known of it, the service's flavour of the format."""

    provider: str
    model: str
    flavour: Flavour
    known: Model = UNKNOWN
    caching: bool = True
    ttl: Ttl = "5m"

    @property
    def marks(self) -> bool:
        """Whether what may be cached has to be marked."""
        return self.caching and self.flavour == "openrouter" and self.model.removeprefix("~").startswith("anthropic/")


Encoded: TypeAlias = tuple[dict[str, Any], ...]
"""A message on the wire, which may be several there."""


def body(
    request: Request,
    sender: Sender,
    messages: Iterable[Encoded] | None = None,
    tools: Iterable[JsonObject] | None = None,
) -> JsonObject:
    """The request's body; `messages` and `tools` are the request's, where they were encoded before."""
    given = (encoded(message, sender) for message in request.messages) if messages is None else messages
    merged = [*_system(request.system, sender), *_merged(chain.from_iterable(given))]
    if sender.marks:
        _mark(merged, sender.ttl)
    asked: dict[str, Any] = {"model": sender.model, "messages": merged, "stream": True}
    asked["stream_options"] = {"include_usage": True}
    if sender.flavour == "openrouter":
        asked["usage"] = {"include": True}
    known = map(tool, request.tools) if tools is None else tools
    return {**asked, **_tools(request, sender, known), **_limit(request, sender), **_reasoning(request, sender)}


def _system(system: str, sender: Sender) -> list[dict[str, Any]]:
    if not system:
        return []
    if not sender.marks:
        return [{"role": "system", "content": system}]
    return [{"role": "system", "content": [{"type": "text", "text": system, "cache_control": mark(sender.ttl)}]}]


def _tools(request: Request, sender: Sender, encoded: Iterable[JsonObject]) -> JsonObject:
    tools = list(encoded)
    if not tools:
        return {}
    if sender.marks:
        tools[-1] = {**tools[-1], "cache_control": mark(sender.ttl)}
    choice = None if sender.known.thinks is Thinks.BOUND else _choice(request)
    return {"tools": tools, "tool_choice": choice} if choice else {"tools": tools}


def tool(spec: ToolSpec) -> JsonObject:
    """One tool on the wire."""
    function = {"name": spec.name, "description": spec.description, "parameters": spec.input_schema}
    return {"type": "function", "function": function}


def _choice(request: Request) -> object:
    match request.tool_choice:
        case AnyTool():
            return "required"
        case ThisTool(name=name):
            return {"type": "function", "function": {"name": name}}
        case None:
            return None


def _limit(request: Request, sender: Sender) -> JsonObject:
    """The output limit, with room for thinking beside all of `max_tokens`."""
    thinks = sender.known.thinks is not Thinks.NEVER
    effort = request.effort or (Effort.MEDIUM if sender.known.thinks in ALWAYS else None)
    room = thinking_room(effort, request.max_tokens, sender.known.output) if thinks else 0
    name = "max_completion_tokens" if sender.flavour == "openai" else "max_tokens"
    return {name: request.max_tokens + room}


def _reasoning(request: Request, sender: Sender) -> JsonObject:
    if request.effort is None:
        return {}
    if sender.flavour == "openrouter":
        return {"reasoning": {"effort": effort_word(request.effort, sender.known.thinks)}}
    if sender.known.thinks is Thinks.NEVER:
        return {}
    return {"reasoning_effort": effort_word(request.effort, sender.known.thinks)}


ALWAYS = frozenset({Thinks.BOUND, Thinks.UNASKED, Thinks.EFFORT, Thinks.MINIMAL, Thinks.LOW})
"""Models that think also when nothing is said about it."""


def effort_word(effort: Effort, thinks: Thinks) -> str:
    """The effort in the words of the service: where thinking cannot be switched off, the least there is."""
    if effort is not Effort.NONE:
        return str(effort)
    match thinks:
        case Thinks.MINIMAL:
            return "minimal"
        case Thinks.LOW | Thinks.BOUND:
            return "low"
        case _:
            return "none"


def encoded(message: Message, sender: Sender) -> Encoded:
    """One message on the wire."""
    return tuple(_user(message) if isinstance(message, User) else _assistant(message, sender))


def _user(message: User) -> Iterator[dict[str, Any]]:
    """Results first, one message each; then words and media, those of the results too, in one message."""
    results = [block for block in message.content if isinstance(block, ToolResult)]
    for result in results:
        yield {"role": "tool", "tool_call_id": result.call_id, "content": result_text(result)}
    parts = [part for result in results for part in _media_of(result)]
    parts += [_part(block) for block in message.content if not isinstance(block, ToolResult) and not is_blank(block)]
    if parts:
        yield {"role": "user", "content": _plain(parts)}


def is_blank(block: Text | Image | Audio) -> bool:
    """Whether this is text with nothing in it, which services refuse."""
    return isinstance(block, Text) and not block.text.strip()


def _media_of(result: ToolResult) -> Iterator[dict[str, Any]]:
    if result.media:
        yield {"type": "text", "text": f"From the result of the call {result.call_id}:"}
        yield from (_part(medium) for medium in result.media)


def result_text(result: ToolResult) -> str:
    """A result as text; an error says so, because the format has no field for it."""
    text = result.content if result.content.strip() else NO_OUTPUT
    return f"[ERROR] {text}" if result.is_error else text


def _part(block: Text | Image | Audio) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Image(media_type=media_type, data=data):
            return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}}
        case Audio(format=format, data=data):
            return {"type": "input_audio", "input_audio": {"data": data, "format": format}}


def _plain(parts: list[dict[str, Any]]) -> object:
    if all(part["type"] == "text" for part in parts):
        return "\n\n".join(part["text"] for part in parts)
    return parts


def _assistant(message: Assistant, sender: Sender) -> Iterator[dict[str, Any]]:
    own = message.provider in ("", sender.provider)
    calls = [_call(block) for block in message.content if isinstance(block, ToolCall)]
    if not message.text.strip() and not calls:
        return
    encoded: dict[str, Any] = {"role": "assistant", "content": message.text or None}
    if calls:
        encoded["tool_calls"] = calls
    yield {**encoded, **(_thoughts(message, sender) if own else {})}


def _thoughts(message: Assistant, sender: Sender) -> JsonObject:
    """Reasoning that the service wants back: OpenRouter's details as they came, or the text with the calls it led to."""
    opaque = [block for block in message.content if isinstance(block, Opaque) and block.provider == sender.provider]
    if opaque:
        return {key: value for block in opaque for key, value in block.data.items()}
    text = "".join(block.text for block in message.content if isinstance(block, Thinking))
    return {"reasoning_content": text} if text and sender.flavour == "other" and message.calls else {}


def _call(call: ToolCall) -> JsonObject:
    function = {"name": call.name, "arguments": written(call.input)}
    return {"id": call.id, "type": "function", "function": function}


def _merged(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages with neighbours of one role joined, which strict chat templates demand."""
    merged: list[dict[str, Any]] = []
    for message in messages:
        last = merged[-1] if merged else {"role": ""}
        if message["role"] == last["role"] != "tool":
            merged[-1] = _joined(last, message)
        else:
            merged.append(message)
    return merged


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    content = _plain([*_parts(first["content"]), *_parts(second["content"])]) or None
    calls = [*first.get("tool_calls", ()), *second.get("tool_calls", ())]
    return {**first, **second, "content": content, **({"tool_calls": calls} if calls else {})}


def _parts(content: Any) -> list[dict[str, Any]]:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _mark(messages: list[dict[str, Any]], ttl: Ttl) -> None:
    """Let the last two messages that the model reads end what may be cached."""
    read = [index for index, message in enumerate(messages) if message["role"] in ("user", "tool")]
    for index in read[-2:]:
        *before, last = _parts(messages[index]["content"])
        marked = [*before, {**last, "cache_control": mark(ttl)}]
        messages[index] = {**messages[index], "content": marked}
