"""Events as a union, and the envelope that gives each its place in the log."""

import re
from datetime import datetime
from functools import cache
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events.asking import (
    ApprovalDecision,
    ApprovalRequested,
    GuardrailDenied,
    GuardrailWarned,
    PermissionDenied,
    QuestionAnswered,
    QuestionAsked,
)
from heartbit_tui.kernel.events.files import FilesChanged, Undone
from heartbit_tui.kernel.events.goals import GoalJudged, GoalSet, PlanKept, PlanStarted
from heartbit_tui.kernel.events.jobs import CommandEnded, CommandStarted, JobEnded, JobStarted
from heartbit_tui.kernel.events.language import DiagnosticsCounted
from heartbit_tui.kernel.events.lifecycle import (
    ModeChanged,
    ModelChanged,
    Notice,
    PromptQueued,
    Rewound,
    SessionRenamed,
    SessionStarted,
)
from heartbit_tui.kernel.events.memory import MemoryChanged, MemoryRecalled
from heartbit_tui.kernel.events.metered import CacheExpired, CapChanged, ResultRestored, ToolDropped, ToolRestored
from heartbit_tui.kernel.events.running import (
    LlmResponse,
    ModelCalled,
    NameRepaired,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    TodosChanged,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)
from heartbit_tui.kernel.events.talk import (
    AssistantMessage,
    TextDelta,
    ThinkingDelta,
    ToolAnswered,
    ToolInputDelta,
    ToolProgress,
    UserMessage,
)
from heartbit_tui.kernel.events.teams import (
    SensorEventProcessed,
    StoryUpdated,
    SubAgentCompleted,
    SubAgentsDispatched,
    TaskRouted,
)
from heartbit_tui.kernel.events.trouble import (
    AutoCompactionTriggered,
    BudgetExceeded,
    ContextRestored,
    ContextSummarized,
    DoomLoopDetected,
    ModelEscalated,
    ResultReplaced,
    RetryAttempt,
    SessionPruned,
    SummaryFailed,
    SummaryStarted,
)
from heartbit_tui.kernel.events.workflows import StepEnded, StepStarted

PAYLOAD_BYTES = 4096
"""How much of a text an event shows where the whole text stands elsewhere in the log."""

Delta: TypeAlias = TextDelta | ThinkingDelta | ToolInputDelta | ToolProgress
"""Pieces that may be merged with the piece before them without losing anything."""

Terminal: TypeAlias = RunCompleted | RunFailed | RunInterrupted
"""Every run ends with exactly one of these."""

Event: TypeAlias = (
    SessionStarted
    | SessionRenamed
    | ModeChanged
    | ModelChanged
    | CapChanged
    | CacheExpired
    | ResultRestored
    | ToolDropped
    | ToolRestored
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
    | SummaryStarted
    | SummaryFailed
    | ContextSummarized
    | ContextRestored
    | ResultReplaced
    | SessionPruned
    | AutoCompactionTriggered
    | TodosChanged
    | MemoryRecalled
    | MemoryChanged
    | DiagnosticsCounted
    | CommandStarted
    | CommandEnded
    | JobStarted
    | JobEnded
    | SubAgentsDispatched
    | SubAgentCompleted
    | StepStarted
    | StepEnded
    | TaskRouted
    | SensorEventProcessed
    | StoryUpdated
    | FilesChanged
    | Undone
    | PlanKept
    | PlanStarted
    | GoalSet
    | GoalJudged
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
