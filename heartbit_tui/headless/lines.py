"""Envelopes as the lines of stream-json."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from heartbit_tui.headless import endings
from heartbit_tui.kernel.events import (
    AssistantMessage,
    AutoCompactionTriggered,
    BudgetExceeded,
    CacheExpired,
    CapChanged,
    CommandEnded,
    CommandStarted,
    ContextRestored,
    ContextSummarized,
    DiagnosticsCounted,
    DoomLoopDetected,
    Envelope,
    Event,
    GoalJudged,
    GoalSet,
    GuardrailDenied,
    GuardrailWarned,
    JobEnded,
    JobStarted,
    MemoryChanged,
    MemoryRecalled,
    ModeChanged,
    ModelChanged,
    ModelEscalated,
    NameRepaired,
    Notice,
    PermissionDenied,
    PlanKept,
    PlanStarted,
    QuestionAsked,
    ResultReplaced,
    ResultRestored,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    SessionPruned,
    StepEnded,
    StepStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    SummaryFailed,
    SummaryStarted,
    TaskRouted,
    Terminal,
    TextDelta,
    TodosChanged,
    ToolAnswered,
    ToolCallCompleted,
    ToolDropped,
    ToolRestored,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, ToolResult, User
from heartbit_tui.wire.write import dump, dump_message

PARENT = "parent_tool_use_id"
"""The key under which a line names the call that it is a part of; None for the session's own agent."""

SUBTYPES: Mapping[type[Event], str] = MappingProxyType(
    {
        AutoCompactionTriggered: "compact",
        BudgetExceeded: "budget_exceeded",
        CacheExpired: "cache_expired",
        CapChanged: "cap",
        CommandEnded: "command_ended",
        CommandStarted: "command_started",
        ContextRestored: "uncompact",
        ContextSummarized: "compact",
        DiagnosticsCounted: "diagnostics",
        DoomLoopDetected: "doom_loop",
        GoalJudged: "judged",
        GoalSet: "goal",
        GuardrailDenied: "guardrail",
        GuardrailWarned: "guardrail",
        JobEnded: "job_ended",
        JobStarted: "job_started",
        MemoryChanged: "memory_write",
        MemoryRecalled: "memory_recall",
        ModeChanged: "mode",
        ModelChanged: "model",
        ModelEscalated: "model_escalated",
        NameRepaired: "name_repaired",
        Notice: "notice",
        PlanKept: "plan",
        PlanStarted: "plan_started",
        QuestionAsked: "question",
        ResultRestored: "context",
        ResultReplaced: "compress",
        RetryAttempt: "retry",
        SessionPruned: "prune",
        StepEnded: "step_ended",
        StepStarted: "step_started",
        SubAgentCompleted: "sub_agent_completed",
        SubAgentsDispatched: "sub_agents_dispatched",
        SummaryFailed: "compact_failed",
        SummaryStarted: "compact_started",
        TaskRouted: "task_routed",
        TodosChanged: "todo",
        ToolDropped: "context",
        ToolRestored: "context",
    }
)
"""The events that become `system` lines of their own, field by field."""


class Lines:
    """Folds envelopes into lines; with `partial` the text is told while it is written, each piece once.

    With `runs` the end of each run has a line too, for who gives one task after the other. What an agent does that
    works for another names the call that engaged it. A tool's result is told when its call has ended, which is when it
    is durable; what an interrupted run leaves is told at the run's end.
    """

    def __init__(self, session_id: str, *, partial: bool = False, runs: bool = False) -> None:
        self._session_id = session_id
        self._engaged: dict[str, str] = {}
        self._partial = partial
        self._runs = runs
        self._answer = ""
        self._results: dict[str, ToolResult] = {}

    def take(self, envelope: Envelope) -> list[JsonObject]:
        """The lines that an envelope is told in, often none."""
        if isinstance(envelope.event, SubAgentsDispatched):
            self._engaged |= dict.fromkeys(envelope.event.agents, envelope.event.tool_call_id)
        about: dict[str, Any] = {"session_id": self._session_id, "agent": envelope.agent}
        call = self._engaged.get(envelope.agent)
        lines = self._take(envelope) if call is None else self._of_other(envelope)
        return [{**line, **about, **({PARENT: call} if PARENT in line else {})} for line in lines]

    def _of_other(self, envelope: Envelope) -> list[JsonObject]:
        """What an agent does that works for another: its end is not that of the run, nor its words the answer."""
        match envelope.event:
            case AssistantMessage(message=message):
                return [_assistant(message, envelope.seq)]
            case RunCompleted() | RunFailed() | RunInterrupted():
                return []
            case _:
                return self._take(envelope)

    def _take(self, envelope: Envelope) -> list[JsonObject]:
        match envelope.event:
            case AssistantMessage(message=message):
                self._answer = message.text
                return [_assistant(message, envelope.seq)]
            case ToolAnswered(result=result):
                self._results[result.call_id] = result
                return []
            case ToolCallCompleted() as event:
                return self._completed(event)
            case PermissionDenied() as event:
                return [_denied(event)]
            case TextDelta(text=text):
                return [_delta(text)] if self._partial else []
            case RunCompleted() | RunFailed() | RunInterrupted() as event:
                return [*self._left(), *([self._ended(envelope.run, event)] if self._runs else [])]
            case event:
                return _system(event)

    def _left(self) -> list[JsonObject]:
        left = [_user(each) for each in self._results.values()]
        self._results.clear()
        return left

    def _ended(self, run: str, end: Terminal) -> JsonObject:
        ending = endings.of(end)
        told = {"run": run, "run_subtype": ending.subtype, "result": self._answer, "error": ending.error or None}
        return {"type": "system", "subtype": "run_ended", **told}

    def _completed(self, event: ToolCallCompleted) -> list[JsonObject]:
        result = self._results.pop(event.tool_call_id, None)
        if result is None:
            return []
        told = {"tool_name": event.tool_name, "duration_ms": event.duration_ms, "changed": list(event.changed)}
        return [{**_user(result), "tool_use_result": {**told, "details": event.details}}]


def _assistant(message: Assistant, seq: int) -> JsonObject:
    form: dict[str, Any] = dict(dump_message(message))
    form["content"] = [_block(block) for block in form["content"]]
    told = {"id": f"msg_{seq}", "type": "message", **form}
    return {"type": "assistant", "message": told, PARENT: None}


def _block(block: dict[str, Any]) -> JsonObject:
    """A block in the form that readers of such streams know: reasoning under the key `thinking`."""
    if block["type"] != "thinking":
        return block
    return {"type": "thinking", "thinking": block["text"], "signature": block["signature"]}


def _user(result: ToolResult) -> JsonObject:
    return {"type": "user", "message": dump_message(User(content=(result,))), PARENT: None}


def _denied(event: PermissionDenied) -> JsonObject:
    return {
        "type": "system",
        "subtype": "permission_denied",
        "tool_name": event.tool_name,
        "tool_use_id": event.tool_call_id,
        "tool_input": event.input,
        "reason": event.reason,
        "rule": event.rule,
    }


def _delta(text: str) -> JsonObject:
    event = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}
    return {"type": "stream_event", "event": event, PARENT: None}


def _system(event: Event) -> list[JsonObject]:
    subtype = SUBTYPES.get(type(event))
    if subtype is None:
        return []
    return [{**dump(event), "type": "system", "subtype": subtype, "event": dump(event)["type"]}]
