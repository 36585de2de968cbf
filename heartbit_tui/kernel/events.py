"""What happens in a session: plain, frozen, serialisable facts.

Each class is one event type; its JSON `type` is the class name in snake_case. The agent that an event is
about stands in its `Envelope`. Together the events of a session are its log: what the model sees and what the
person sees are both folds of it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Literal, TypeAlias

from heartbit_tui.kernel.messages import (
    Assistant,
    JsonObject,
    StopReason,
    ToolCall,
    ToolResult,
    Usage,
    User,
    empty_object,
)
from heartbit_tui.kernel.ops import Effort, Mode, Scope

PAYLOAD_BYTES = 4096
"""How much of a text an event shows where the whole text stands elsewhere in the log."""

Hook: TypeAlias = Literal["pre_llm", "post_llm", "pre_tool", "post_tool"]


# The session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """A session begins; `parent` and `parent_seq` say where it was forked from."""

    cwd: str
    provider: str
    model: str
    mode: Mode
    parent: str = ""
    parent_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRenamed:
    """The session has a new title."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChanged:
    """From here on the gate follows this mode."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChanged:
    """From here on this model answers."""

    provider: str
    model: str
    effort: Effort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """The conversation went back to right before the event `to`; what lies between no longer counts."""

    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptQueued:
    """A prompt waits for the active run to end; `position` counts from 1."""

    text: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something worth telling a person, that is no part of the conversation."""

    level: Literal["info", "warning", "error"]
    text: str


# The conversation


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


# A run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """An agent takes up a task."""

    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """Turn number `turn` (from 1) of at most `max_turns` begins."""

    turn: int
    max_turns: int


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
    """One model call for the cost ledger, whatever it was for; `cost_usd` is None where the price is unknown."""

    purpose: str
    model: str
    usage: Usage
    cost_usd: float | None = None


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
class ApprovalRequested:
    """A call waits for a person. The op `Decide` with the same `id` answers.

    `rule` is what asked; `proposal` the narrowest rule that would let this call pass from now on, empty where
    none may be remembered; `preview` shows the effect (a diff, a command line).
    """

    turn: int
    tool_names: tuple[str, ...]
    id: str
    call: ToolCall
    reason: str = ""
    rule: str = ""
    proposal: str = ""
    preview: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """A call was decided on; `by` is `person`, or `policy` where nobody could be asked."""

    turn: int
    approved: bool
    id: str
    tool_call_id: str = ""
    scope: Scope = "once"
    pattern: str = ""
    note: str = ""
    by: Literal["person", "policy"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDenied:
    """A rule, a mode or a person refused a call."""

    tool_name: str
    tool_call_id: str
    reason: str
    rule: str = ""
    input: JsonObject = field(default_factory=empty_object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a question."""

    label: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask a person; `allow_other` takes words of the person's own."""

    question: str
    header: str = ""
    options: tuple[Choice, ...] = ()
    multiple: bool = False
    allow_other: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked:
    """The agent asks a person. The op `Answer` with the same `id` answers."""

    id: str
    questions: tuple[Question, ...]
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """A person answered: for each question the labels chosen or own words; empty means declined."""

    id: str
    answers: tuple[tuple[str, ...], ...]


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


# Along the way


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAttempt:
    """A model call failed and is tried again; text shown from the failed attempt no longer counts."""

    attempt: int
    max_retries: int
    delay_ms: int
    error_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEscalated:
    """A stronger model takes over."""

    from_tier: str
    to_tier: str
    reason: Literal["gate_rejected", "tier_error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailDenied:
    """A guardrail refused; `tool_name` is None where it was about the model's words."""

    hook: Hook
    reason: str
    tool_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailWarned:
    """A guardrail has doubts but lets pass."""

    hook: Hook
    reason: str
    tool_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoomLoopDetected:
    """The model repeats itself: the same calls `consecutive_count` times, or the same cycle of calls."""

    turn: int
    consecutive_count: int
    tool_names: tuple[str, ...]
    action: Literal["warned", "asked", "ended"] = "warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExceeded:
    """The run used more than it may: tokens, or US dollars when `unit` says so."""

    used: float
    limit: float
    partial_usage: Usage
    unit: Literal["tokens", "usd"] = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSummarized:
    """The events before `through` (a seq) are told to the model as `summary` from here on."""

    turn: int
    usage: Usage
    summary: str = ""
    through: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPruned:
    """Old tool results were shortened in what the model sees; the log keeps them whole."""

    turn: int
    tool_results_pruned: int
    bytes_saved: int
    tool_results_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoCompactionTriggered:
    """The conversation did not fit and was made shorter, or could not be."""

    turn: int
    success: bool
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class TodosChanged:
    """The agent's list of things to do is now this: items of content, status and priority."""

    todos: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAgentsDispatched:
    """An agent hands tasks to others."""

    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAgentCompleted:
    """A sub-agent has ended."""

    success: bool
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRouted:
    """It was decided who takes a task."""

    decision: Literal["single_agent", "orchestrate"]
    reason: str
    complexity_score: float
    escalated: bool
    selected_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorEventProcessed:
    """A sensor's event was judged."""

    sensor_name: str
    decision: Literal["promote", "drop", "dead_letter"]
    priority: str | None = None
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryUpdated:
    """Events that belong together were gathered."""

    story_id: str
    subject: str
    event_count: int
    priority: str | None = None


Delta: TypeAlias = TextDelta | ThinkingDelta | ToolInputDelta | ToolProgress
"""Pieces that may be merged with the piece before them without losing anything."""

Terminal: TypeAlias = RunCompleted | RunFailed | RunInterrupted
"""Every run ends with exactly one of these."""

Event: TypeAlias = (
    SessionStarted
    | SessionRenamed
    | ModeChanged
    | ModelChanged
    | Rewound
    | PromptQueued
    | Notice
    | UserMessage
    | AssistantMessage
    | ToolAnswered
    | Delta
    | RunStarted
    | TurnStarted
    | LlmResponse
    | ModelCalled
    | ToolCallStarted
    | ToolCallCompleted
    | NameRepaired
    | ApprovalRequested
    | ApprovalDecision
    | PermissionDenied
    | QuestionAsked
    | QuestionAnswered
    | Terminal
    | RetryAttempt
    | ModelEscalated
    | GuardrailDenied
    | GuardrailWarned
    | DoomLoopDetected
    | BudgetExceeded
    | ContextSummarized
    | SessionPruned
    | AutoCompactionTriggered
    | TodosChanged
    | SubAgentsDispatched
    | SubAgentCompleted
    | TaskRouted
    | SensorEventProcessed
    | StoryUpdated
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event with its place: `seq` counts from 1 within a session, without gaps; `at` is in UTC.

    A merged delta carries the `seq` of its last piece. `run` is empty between runs.
    """

    seq: int
    at: datetime
    session: str
    run: str
    agent: str
    event: Event


@cache
def type_name(event_type: type[Event]) -> str:
    """The JSON name of an event class: `ToolCallStarted` is `tool_call_started`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower()


def clip(text: str, limit: int = PAYLOAD_BYTES) -> str:
    """`text` cut to at most `limit` bytes of UTF-8, never inside a character, with a note of what is left out."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text
    kept = data[:limit].decode("utf-8", "ignore")
    return f"{kept}[truncated: {len(data) - len(kept.encode())} bytes omitted]"
