"""What kernel types and their fields are called in JSON."""

import re
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from heartbit_tui.kernel.events import Event, GuardrailDenied, RunStarted
from heartbit_tui.kernel.messages import (
    Assistant,
    Audio,
    Image,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
)
from heartbit_tui.kernel.ops import Op, Prompt

SCHEMA = "heartbit.v1"
"""The name of this wire form; it changes only when older readers would misunderstand."""

TAGS = MappingProxyType(
    {
        Text: ("type", "text"),
        Thinking: ("type", "thinking"),
        Opaque: ("type", "opaque"),
        Image: ("type", "image"),
        Audio: ("type", "audio"),
        ToolCall: ("type", "tool_use"),
        ToolResult: ("type", "tool_result"),
        User: ("role", "user"),
        Assistant: ("role", "assistant"),
    }
)
"""The key and value that tell the members of a union apart."""

KEYS = MappingProxyType({(ToolResult, "call_id"): "tool_use_id", (Assistant, "stop"): "stop_reason"})
"""Fields whose JSON key is not their own name."""

BARE = frozenset({(ToolCall, "fault"), (ToolResult, "media"), (Prompt, "workflow"), (RunStarted, "workflow")})
"""Fields that are left out while they are empty, so that a block has the keys that every provider knows."""

NULLS = frozenset({(GuardrailDenied, "tool_name")})
"""Fields whose None is written as null; every other None is left out."""


def key_of(kind: type[Any], field: str) -> str:
    """The JSON key of a field."""
    return KEYS.get((kind, field), field)


@cache
def type_of(kind: type[Any]) -> str:
    """The JSON `type` of an event or op class: its name in snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


@cache
def event_types() -> MappingProxyType[str, type[Event]]:
    """Every event class by its JSON `type`."""
    return MappingProxyType({type_of(kind): kind for kind in get_args(Event)})


@cache
def op_types() -> MappingProxyType[str, type[Op]]:
    """Every op class by its JSON `type`."""
    return MappingProxyType({type_of(kind): kind for kind in get_args(Op)})
