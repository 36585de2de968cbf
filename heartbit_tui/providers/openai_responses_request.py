"""A request in the Responses format; pure."""

from collections.abc import Iterable, Iterator
from itertools import chain
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
)
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.kernel.protocols import AnyTool, Request, ThisTool, ToolSpec
from heartbit_tui.providers.arguments import written
from heartbit_tui.providers.models import Model, Thinks, thinking_room
from heartbit_tui.providers.openai_chat_request import UNKNOWN, effort_word, is_blank, result_text

NO_SOUND = "[a sound; this model cannot hear]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks: the provider's name, the model and what is known of it."""

    provider: str
    model: str
    known: Model = UNKNOWN


Encoded: TypeAlias = tuple[JsonObject, ...]
"""A message on the wire: one item or several."""


def body(
    request: Request,
    sender: Sender,
    messages: Iterable[Encoded] | None = None,
    tools: Iterable[JsonObject] | None = None,
) -> JsonObject:
    """The request's body; `messages` and `tools` are the request's, where they were encoded before.

    Nothing is stored at the service: reasoning comes back encrypted and is sent again.
    """
    given = (encoded(message, sender) for message in request.messages) if messages is None else messages
    asked: dict[str, Any] = {"model": sender.model, "store": False, "stream": True}
    if request.system:
        asked["instructions"] = request.system
    asked["input"] = [*chain.from_iterable(given)]
    known = map(tool, request.tools) if tools is None else tools
    return {**asked, **_tools(request, known), **_reasoning(request, sender)}


def tool(spec: ToolSpec) -> JsonObject:
    """One tool on the wire."""
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.input_schema,
        "strict": False,
    }


def _tools(request: Request, encoded: Iterable[JsonObject]) -> JsonObject:
    tools = list(encoded)
    if not tools:
        return {}
    match request.tool_choice:
        case AnyTool():
            return {"tools": tools, "tool_choice": "required"}
        case ThisTool(name=name):
            return {"tools": tools, "tool_choice": {"type": "function", "name": name}}
        case None:
            return {"tools": tools}


def _reasoning(request: Request, sender: Sender) -> JsonObject:
    """How much to think, and an output limit that leaves all of `max_tokens` to the answer."""
    thinks = sender.known.thinks
    if thinks is Thinks.NEVER:
        return {"max_output_tokens": request.max_tokens}
    room = thinking_room(request.effort or Effort.MEDIUM, request.max_tokens, sender.known.output)
    reasoning: dict[str, Any] = {"summary": "auto"}
    if request.effort:
        reasoning["effort"] = effort_word(request.effort, thinks)
    return {
        "max_output_tokens": request.max_tokens + room,
        "reasoning": reasoning,
        "include": ["reasoning.encrypted_content"],
    }


def encoded(message: Message, sender: Sender) -> Encoded:
    """One message on the wire."""
    return tuple(_items(message, sender))


def _items(message: Message, sender: Sender) -> Iterator[JsonObject]:
    match message:
        case User(content=content):
            for block in content:
                if isinstance(block, ToolResult):
                    yield {"type": "function_call_output", "call_id": block.call_id, "output": _output(block)}
            parts = [_part(block) for block in content if not isinstance(block, ToolResult) and not is_blank(block)]
            if parts:
                yield {"type": "message", "role": "user", "content": parts}
        case Assistant(content=content):
            own = message.provider in ("", sender.provider)
            for index, block in enumerate(content):
                yield from _item(block, sender, own=own, led=_leads(content[index + 1 :]))


def _item(block: AssistantBlock, sender: Sender, *, own: bool, led: bool) -> Iterator[JsonObject]:
    """`led`: something that the reasoning led to follows, without which the service refuses reasoning."""
    match block:
        case Text(text=text) if text.strip():
            content = [{"type": "output_text", "text": text}]
            yield {"type": "message", "role": "assistant", "content": content}
        case ToolCall(id=id, name=name, input=arguments):
            yield {"type": "function_call", "call_id": id, "name": name, "arguments": written(arguments)}
        case Opaque(provider=provider, data=data) if own and provider == sender.provider and led:
            yield data
        case Text() | Thinking() | Opaque():
            return


def _leads(blocks: tuple[AssistantBlock, ...]) -> bool:
    return any(isinstance(block, ToolCall) or (isinstance(block, Text) and block.text.strip()) for block in blocks)


def _output(result: ToolResult) -> object:
    text = result_text(result)
    if not result.media:
        return text
    return [{"type": "input_text", "text": text}, *(_part(medium) for medium in result.media)]


def _part(block: Text | Image | Audio) -> JsonObject:
    match block:
        case Text(text=text):
            return {"type": "input_text", "text": text}
        case Image(media_type=media_type, data=data):
            return {"type": "input_image", "image_url": f"data:{media_type};base64,{data}"}
        case Audio():
            return {"type": "input_text", "text": NO_SOUND}
