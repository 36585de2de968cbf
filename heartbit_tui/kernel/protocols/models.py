"""What the loop needs of a model."""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    ModelCalled,
    ModelEscalated,
    RetryAttempt,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
)
from heartbit_tui.kernel.messages import AssistantBlock, JsonObject, Message, StopReason, Usage
from heartbit_tui.kernel.ops import Effort


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model sees it; `input_schema` is JSON Schema of an object."""

    name: str
    description: str
    input_schema: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyTool:
    """The model has to call some tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisTool:
    """The model has to call this tool."""

    name: str


ToolChoice: TypeAlias = AnyTool | ThisTool | None
"""None leaves the choice to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to a model. `max_tokens` bounds the answer that can be read, thinking not counted.

    `strongest` asks a provider that has several models for its strongest one right away.
    """

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 8192
    tool_choice: ToolChoice = None
    effort: Effort | None = None
    strongest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A finished block of the answer; it stands for the deltas of the same kind since the last block."""

    block: AssistantBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The answer is whole. Exactly one ends every stream that raises nothing.

    `provider` and `model` are the ones that answered (a wrapper may have chosen another), the model by the name
    that the service reported, else the requested one. `cost_usd` is what the service itself charged, else the
    price table's figure, None where the price is unknown. `instead_usd` is that of `ModelCalled`.
    """

    stop: StopReason
    usage: Usage
    provider: str
    model: str
    cost_usd: float | None = None
    instead_usd: float | None = None

    def spent(self, purpose: str) -> "Spent":
        """What this answer cost, as that of a call with this purpose."""
        return Spent(
            purpose=purpose,
            model=self.model,
            usage=self.usage,
            cost_usd=self.cost_usd,
            instead_usd=self.instead_usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A call that cost something but whose answer is not used (a rejected tier, a failed attempt)."""

    purpose: str
    model: str
    usage: Usage
    cost_usd: float | None = None
    instead_usd: float | None = None

    @property
    def told(self) -> ModelCalled:
        """The event that tells of it."""
        return ModelCalled(
            purpose=self.purpose,
            model=self.model,
            usage=self.usage,
            cost_usd=self.cost_usd,
            instead_usd=self.instead_usd,
        )


Part: TypeAlias = TextDelta | ThinkingDelta | ToolInputDelta | Block | RetryAttempt | ModelEscalated | Spent | Finish
"""What a provider's stream is made of. RetryAttempt and ModelEscalated discard what came before them."""


class Provider(Protocol):
    """A model behind a service. Behaviour is added by wrapping: a wrapper is a Provider too.

    Contract: `stream` yields deltas as they arrive, one Block for each finished block in order, and ends with
    exactly one Finish; otherwise it raises a `ProviderError`. It never yields a partial tool call as usable.
    Closing the iterator or cancelling closes the connection.
    """

    @property
    def name(self) -> str:
        """The provider's name in the configuration, such as `anthropic`."""
        ...

    @property
    def model(self) -> str:
        """The model's name at the service."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """Ask, and read the answer part by part."""
        ...


@runtime_checkable
class Tiered(Provider, Protocol):
    """A provider that asks cheaper models first and stronger ones where that was not enough."""

    @property
    def strongest(self) -> str:
        """The name of its last model."""
        ...

    def escalate(self) -> None:
        """Leave a cheaper model that is being asked now, and ask the strongest one instead."""
        ...


Purpose: TypeAlias = Literal[
    "turn",
    "summary",
    "compression",
    "judge",
    "consolidation",
    "cascade_rejected",
    "routing",
    "title",
    "eval",
    "sampling",
]
