"""What is said between a person, a model and its tools."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

JsonObject: TypeAlias = Mapping[str, Any]
"""A JSON object; it is never changed in place."""


def empty_object() -> JsonObject:
    """The JSON object with nothing in it."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """A model's reasoning, replayed byte-equal so that its signature stays valid.

    `signature` is the provider's proof of origin; empty where the provider gives none.
    """

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """A block that only its provider understands; kept as it came and sent back to that provider alone."""

    provider: str
    data: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: `media_type` such as `image/png`, `data` in base64."""

    media_type: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """A sound: `format` such as `wav`, `data` in base64."""

    format: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What a model asks a tool to do.

    `fault` is empty for a usable call. Otherwise the arguments could not be read (malformed JSON, or cut
    off by the output limit): the call is never executed and `fault` is the sentence the model gets back.
    """

    id: str
    name: str
    input: JsonObject = field(default_factory=empty_object)
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool answered to the call with id `call_id`: text for the model, and media for models that see."""

    call_id: str
    content: str
    media: tuple[Image | Audio, ...] = ()
    is_error: bool = False


UserBlock: TypeAlias = Text | Image | Audio | ToolResult
AssistantBlock: TypeAlias = Text | Thinking | Opaque | ToolCall


class StopReason(StrEnum):
    """Why a model stopped writing."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    PAUSE = "pause"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or more model calls.

    `input_tokens` leaves out what came from or went to the cache; `reasoning_tokens` are part of
    `output_tokens`, whatever the provider's own convention is.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_creation_input_tokens=self.cache_creation_input_tokens + other.cache_creation_input_tokens,
            cache_read_input_tokens=self.cache_read_input_tokens + other.cache_read_input_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def total(self) -> int:
        """Uncached input plus output: what a token limit counts."""
        return self.input_tokens + self.output_tokens

    @property
    def prompt(self) -> int:
        """All tokens that the model read, cached or not."""
        return self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A message to the model: a person's words, tool results, or both (results stand first)."""

    content: tuple[UserBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """A message from the model, with its blocks in the order in which they were written."""

    content: tuple[AssistantBlock, ...]
    stop: StopReason = StopReason.END_TURN
    provider: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)

    @property
    def text(self) -> str:
        """The text blocks, joined with nothing between."""
        return "".join(block.text for block in self.content if isinstance(block, Text))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, in order."""
        return tuple(block for block in self.content if isinstance(block, ToolCall))


Message: TypeAlias = User | Assistant


def user(text: str) -> User:
    """A message of plain words."""
    return User(content=(Text(text=text),))
