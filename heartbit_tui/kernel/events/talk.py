"""What enters the conversation, and the pieces of it as they are written."""

from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Assistant, ToolResult, User


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """A person's words enter the conversation (or words that heartbit says in a person's place)."""

    message: User
    origin: Literal["prompt", "steer", "heartbit"] = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantMessage:
    """A model's message enters the conversation, whole or, when it was interrupted, as far as it came."""

    message: Assistant


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered:
    """The result of one call enters the conversation. Results reach the model in the order of the calls."""

    result: ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """A piece of an answer as it is written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingDelta:
    """A piece of reasoning as it is written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInputDelta:
    """A piece of a call's arguments (a fragment of JSON) as they are written."""

    tool_call_id: str
    tool_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolProgress:
    """A piece of a running tool's output."""

    tool_call_id: str
    text: str
