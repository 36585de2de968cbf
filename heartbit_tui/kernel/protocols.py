"""What the loop consumes: the seams at which everything else is plugged in."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.events import (
    Event,
    ModelEscalated,
    Question,
    RetryAttempt,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Audio,
    Image,
    JsonObject,
    Message,
    StopReason,
    ToolCall,
    Usage,
    empty_object,
)
from heartbit_tui.kernel.ops import Decide, Effort, Mode

# Time


class Clock(Protocol):
    """Where all time comes from; tests pass one that they move by hand."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


# Models


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
    """One question to a model. `max_tokens` bounds the answer that can be read, thinking not counted."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 8192
    tool_choice: ToolChoice = None
    effort: Effort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A finished block of the answer; it stands for the deltas of the same kind since the last block."""

    block: AssistantBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The answer is whole. Exactly one ends every stream that raises nothing.

    `provider` and `model` are the ones that answered (a wrapper may have chosen another), the model by the name
    that the service reported, else the requested one. `cost_usd` is what the service itself charged, else the
    price table's figure, None where the price is unknown.
    """

    stop: StopReason
    usage: Usage
    provider: str
    model: str
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A call that cost something but whose answer is not used (a rejected tier, a failed attempt)."""

    purpose: str
    model: str
    usage: Usage
    cost_usd: float | None = None


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


# Tools


class Effects(StrEnum):
    """What a call of a tool may do, from harmless to powerful; the order matters for name repair."""

    NONE = "none"
    """Touches only the agent's own state, or waits for a person."""
    READ = "read"
    NETWORK = "network"
    WRITE = "write"
    EXECUTE = "execute"

    @property
    def power(self) -> int:
        """A number that grows with what can go wrong."""
        return tuple(Effects).index(self)

    @property
    def lasting(self) -> bool:
        """Whether a call leaves something behind that running it twice would repeat."""
        return self.power >= Effects.NETWORK.power


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One thing that a call would touch: an absolute path, a command line, or a URL."""

    kind: Literal["read", "write", "command", "url"]
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A call with all that rules can look at; its name is repaired and its input was checked."""

    call: ToolCall
    effects: Effects
    touches: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a tool gives back: `content` and `media` for the model, `details` for the screen.

    `changed` holds the absolute paths of the files it wrote, moved or deleted.
    """

    content: str
    is_error: bool = False
    media: tuple[Image | Audio, ...] = ()
    details: JsonObject = field(default_factory=empty_object)
    changed: tuple[str, ...] = ()


class CallContext(Protocol):
    """What one call may use of the session that it runs in."""

    @property
    def agent(self) -> str:
        """The agent that calls."""
        ...

    @property
    def call_id(self) -> str:
        """The id of this call."""
        ...

    def emit(self, event: Event) -> None:
        """Publish an event under this agent's name: progress, a changed todo list, a notice."""
        ...

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        """Ask a person and wait, without any time limit of the tool's; None where nobody can or wants to answer."""
        ...


class Tool(Protocol):
    """Something a model can use.

    Contract: `run` gets an input that `check` accepted; a failure that the model can act on is an Output with
    `is_error`, not an exception; cancelling ends everything that it started, child processes too.
    """

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        ...

    @property
    def effects(self) -> Effects:
        """What a call may do."""
        ...

    @property
    def keeps_own_time(self) -> bool:
        """True where no tool time limit holds: a call limits its own time, or waits for a person."""
        ...

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """All that a call would read, write, run or fetch; pure, paths made absolute but not resolved."""
        ...

    def check(self, input: JsonObject) -> str:
        """Empty when the input is usable; otherwise a sentence that tells the model what to change."""
        ...

    async def preview(self, input: JsonObject) -> str:
        """What a call would do, for the person who has to approve it: a unified diff, a command line, or empty."""
        ...

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Do it."""
        ...


# Permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The call may run."""

    reason: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The call may not run; `reason` goes to the model."""

    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A person decides. `proposal` is the narrowest rule that would allow it from now on, or empty."""

    reason: str
    rule: str = ""
    proposal: str = ""


Verdict: TypeAlias = Allow | Deny | Ask


class Gate(Protocol):
    """Decides Allow, Deny or Ask for one call; pure but for `learn`."""

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict on one call."""
        ...

    async def learn(self, action: Action, decision: Decide) -> None:
        """Remember a person's decision whose scope is wider than once.

        Raises `HeartbitError` when it could not be remembered; the decision then holds for this call only.
        """
        ...


# Guardrails


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Doubtful, but it may pass."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Not allowed."""

    reason: str


Judgement: TypeAlias = Pass | Warn | Refuse


class Guardrail(Protocol):
    """Looks at everything that goes to and comes from a model or a tool."""

    @property
    def name(self) -> str:
        """What it is called in events."""
        ...

    async def pre_llm(self, request: Request) -> Request:
        """The request to send, changed or not."""
        ...

    async def post_llm(self, message: Assistant) -> Judgement:
        """A judgement on an answer."""
        ...

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """A judgement on a call, before anyone is asked to approve it."""
        ...

    async def post_tool(self, call: ToolCall, output: Output) -> Output:
        """The output that the model may see, changed or not."""
        ...


# Context


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of a conversation is sent, and the events that tell what was left out."""

    messages: tuple[Message, ...]
    events: tuple[Event, ...] = ()


class ContextPolicy(Protocol):
    """Decides what of a conversation a model gets to see; the log itself stays whole."""

    async def view(self, request: Request, *, turn: int) -> View:
        """The messages to send in place of `request.messages`; pairs of call and result stay together."""
        ...

    async def shorten(self, request: Request, *, turn: int, focus: str = "") -> View | None:
        """A shorter view after the model said that the request does not fit, or None where that is not possible."""
        ...


# The log


class Journal(Protocol):
    """Where envelopes become durable."""

    async def committed(self, seq: int) -> None:
        """Return once the envelope with this seq and all before it would survive a kill -9.

        Raises `StoreError` when they cannot be written.
        """
        ...


Emit: TypeAlias = Callable[[Event], int]
"""Publish an event; the answer is its seq. Synchronous, never waits."""

Purpose: TypeAlias = Literal[
    "turn", "summary", "compression", "judge", "consolidation", "cascade_rejected", "routing", "title", "eval"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far one run may go; None means no limit.

    Defaults: 50 turns a run, 120 s a tool call, 32,768 bytes of a tool's output, three repetitions.
    """

    max_turns: int = 50
    max_total_tokens: int | None = None
    max_cost_usd: float | None = None
    run_timeout: float | None = None
    tool_timeout: float | None = 120.0
    max_tool_output_bytes: int = 32_768
    max_identical_tool_calls: int = 3
    max_parallel_calls: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Everything that one run needs, put together by `runtime`.

    `response` is the tool through which the model has to give its answer where a structured one is wanted; it
    is checked but never run. `system` stays the same for the whole session, so that it can be cached; `facts` gives the text that
    is told with the messages whenever it has changed (mode, date).
    """

    name: str
    system: str
    provider: Provider
    tools: tuple[Tool, ...]
    gate: Gate
    context: ContextPolicy
    guardrails: tuple[Guardrail, ...] = ()
    limits: Limits = field(default_factory=Limits)
    max_tokens: int = 8192
    effort: Effort | None = None
    response: Tool | None = None
    facts: Callable[[Mode], str] = lambda mode: f"[mode: {mode}]"
