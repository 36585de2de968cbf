"""How many characters of a request something is: exact, where tokens are estimates."""

import json

from heartbit_tui.kernel.messages import (
    AssistantBlock,
    Audio,
    Image,
    JsonObject,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    UserBlock,
)
from heartbit_tui.kernel.protocols import Request, ToolSpec


def block(part: UserBlock | AssistantBlock) -> int:
    """The characters of one block: words, names, ids, JSON and the base64 of media."""
    match part:
        case Text(text=words) | Thinking(text=words):
            return len(words)
        case Image(data=encoded) | Audio(data=encoded):
            return len(encoded)
        case ToolCall(id=call_id, name=name, input=given):
            return len(call_id) + len(name) + _data(given)
        case ToolResult(call_id=call_id, content=content, media=media):
            return len(call_id) + len(content) + sum(map(block, media))
        case Opaque(data=kept):
            return _data(kept)


def tool(spec: ToolSpec) -> int:
    """The characters of what a model is told of one tool."""
    return len(spec.name) + len(spec.description) + _data(spec.input_schema)


def request(whole: Request) -> int:
    """The characters of all that a model would read."""
    said = sum(block(part) for message in whole.messages for part in message.content)
    return len(whole.system) + sum(map(tool, whole.tools)) + said


def _data(value: JsonObject) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))
