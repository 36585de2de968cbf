"""What happens in a run: turns, model calls, tool calls, its end."""

from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject, StopReason, Usage, empty_object


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """An agent takes up a task, or a workflow does where one is named."""

    task: str
    workflow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """Turn number `turn` (from 1) of at most `max_turns` begins.

    Of an answer that is `held` nothing is told before the guardrails have checked the whole of it.
    """

    turn: int
    max_turns: int
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmResponse:
    """A model has answered; `text` is cut at `PAYLOAD_BYTES`."""

    turn: int
    usage: Usage
    stop_reason: StopReason
    tool_call_count: int
    text: str = ""
    latency_ms: int = 0
    model: str | None = None
    time_to_first_token_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCalled:
    """One model call for the cost ledger, whatever it was for; `cost_usd` is None where the price is unknown.

    With the purpose `cut_off` it is an answer that broke off or was stopped: what the service had told of its tokens by then,
    which is the least that it costs.

    In a cascade, `instead_usd` is what the call would have cost had the strongest model been asked at once: an estimate
    by that model's prices, and nothing for what would then not have been asked. None where that is not known, or the same.
    """

    purpose: str
    model: str
    usage: Usage
    cost_usd: float | None = None
    instead_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallStarted:
    """A call passed all checks and starts; `input` is its JSON, cut at `PAYLOAD_BYTES`."""

    tool_name: str
    tool_call_id: str
    input: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallCompleted:
    """A call has ended, also one that was denied or never ran; `output` is cut at `PAYLOAD_BYTES`.

    `details` is for the screen (a diff, an exit code, counts); `changed` holds the absolute paths written.
    """

    tool_name: str
    tool_call_id: str
    is_error: bool
    duration_ms: int
    output: str = ""
    details: JsonObject = field(default_factory=empty_object)
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRepaired:
    """The model misspelt a tool's name; everything from here on sees the repaired one."""

    tool_call_id: str
    asked: str
    tool_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodosChanged:
    """The agent's list of things to do is now this: items of content, status and priority."""

    todos: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCompleted:
    """The run ended well."""

    total_usage: Usage
    tool_calls_made: int
    structured: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed:
    """The run ended with an error; `kind` is the error's kind (`errors.py`), or `max_turns` and the like."""

    error: str
    partial_usage: Usage
    kind: str = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInterrupted:
    """The run was stopped from outside: by a person, a signal, or a crash that a later process found."""

    reason: str
    partial_usage: Usage = field(default_factory=Usage)
