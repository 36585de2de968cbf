"""Figures of a daemon for Prometheus, under the seed's names; each agent's events and each task are counted here once."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AutoCompactionTriggered,
    BudgetExceeded,
    ContextSummarized,
    DoomLoopDetected,
    Envelope,
    GuardrailDenied,
    GuardrailWarned,
    LlmResponse,
    ModelCalled,
    ModelEscalated,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunStarted,
    SessionPruned,
    SubAgentCompleted,
    SubAgentsDispatched,
    TaskRouted,
    ToolCallCompleted,
    TurnStarted,
)
from heartbit_tui.tasks import ENDED, Task

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
TASK_SECONDS: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1800)
CALL_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
FIRST_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
TOOL_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 30)
HTTP_SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5)
MOST: Final = 100
"""Values of one label; what comes after them is counted as `OTHER`."""

OTHER: Final = "other"
LONGEST: Final = 128
"""Characters of a value."""

PULSE: Final = "heartbit"
"""The source of the pulse's tasks."""

COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "daemon_tasks_submitted": ("Tasks that callers have handed over.", ()),
        "daemon_tasks_completed": ("Tasks that have ended well.", ()),
        "daemon_tasks_failed": ("Tasks that have failed.", ()),
        "daemon_tasks_cancelled": ("Tasks that were cancelled.", ()),
        "daemon_tasks_by_source": ("Tasks that were begun, by who handed them over.", ("source",)),
        "llm_calls": ("Model calls.", ("agent",)),
        "llm_tokens_input": ("Tokens that models read.", ("agent",)),
        "llm_tokens_output": ("Tokens that models wrote.", ("agent",)),
        "llm_tokens_cache_read": ("Tokens that came from a cache.", ("agent",)),
        "llm_tokens_cache_creation": ("Tokens that went into a cache.", ("agent",)),
        "llm_cost_usd": ("US dollars; calls without a known price count nothing.", ("agent",)),
        "tool_calls": ("Tool calls that have ended.", ("agent", "tool_name")),
        "tool_errors": ("Tool calls that have failed or were refused.", ("agent", "tool_name")),
        "reliability_retry_attempts": ("Model calls that were tried again.", ()),
        "reliability_doom_loops_detected": ("Times that an agent went in circles.", ()),
        "reliability_context_compactions": ("Conversations that were shortened by themselves.", ()),
        "reliability_context_summarizations": ("Summaries that were written.", ()),
        "reliability_session_prunes": ("Times that old results were cut.", ()),
        "reliability_session_bytes_saved": ("Bytes that cutting old results has saved.", ()),
        "reliability_guardrail_denials": ("Denials of guardrails.", ("hook",)),
        "reliability_guardrail_warnings": ("Warnings of guardrails.", ("hook",)),
        "errors": ("Runs that failed, and limits on money or tokens that were reached.", ("error_class",)),
        "pulse_runs": ("Tasks of the pulse that have ended.", ()),
        "pulse_ok": ("Tasks of the pulse with nothing to say.", ()),
        "pulse_action": ("Tasks of the pulse that did something.", ()),
        "agent_runs_started": ("Runs that were begun.", ("agent",)),
        "agent_turns": ("Turns that were begun.", ("agent",)),
        "agent_runs_completed": ("Runs that have ended well.", ("agent",)),
        "orchestrator_dispatches": ("Times that tasks were handed to other agents.", ()),
        "orchestrator_sub_completions": ("Assignments that have ended.", ("success",)),
        "interaction_approvals_requested": ("Calls that waited for a person.", ()),
        "interaction_approvals_decided": ("Decisions on such calls.", ("approved",)),
        "routing_decisions": ("Decisions who takes a task.", ("decision",)),
        "routing_escalations": ("Tasks that several agents took up after one had failed.", ()),
        "cascade_escalations": ("Answers that another model had to give.", ("from_tier", "to_tier", "reason")),
        "http_requests": ("Requests that were answered.", ("method", "path", "status")),
    }
)
"""Each counter's sentence and labels, by its name without `heartbit_` and `_total`."""

HISTOGRAMS: Mapping[str, tuple[str, tuple[str, ...], Sequence[float]]] = MappingProxyType(
    {
        "daemon_task_duration_seconds": ("How long tasks were at work.", (), TASK_SECONDS),
        "llm_call_duration_seconds": ("How long models took for an answer.", ("agent",), CALL_SECONDS),
        "llm_ttft_seconds": ("How long the first piece of an answer took.", ("agent",), FIRST_SECONDS),
        "tool_duration_seconds": ("How long tools took.", ("agent", "tool_name"), TOOL_SECONDS),
        "http_request_duration_seconds": ("How long answers took.", ("method", "path"), HTTP_SECONDS),
    }
)


class Figures:
    """Counts what sessions, tasks and callers do; each daemon has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"heartbit_{name}", told, labels, registry=self._registry)
            for name, (told, labels) in COUNTERS.items()
        }
        self._times = {
            name: Histogram(f"heartbit_{name}", told, labels, buckets=bounds, registry=self._registry)
            for name, (told, labels, bounds) in HISTOGRAMS.items()
        }
        self._active = Gauge("heartbit_daemon_tasks_active", "Tasks at work.", registry=self._registry)
        self._at_work: set[str] = set()
        self._values: dict[str, set[str]] = {}

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)

    def accepted(self) -> None:
        """A task was accepted."""
        self._count("daemon_tasks_submitted")

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """A request was answered; `path` is the route's, not the caller's."""
        self._count("http_requests", method=method, path=path, status=str(status))
        self._time("http_request_duration_seconds", seconds, method=method, path=path)

    def task(self, task: Task) -> None:
        """A task was begun, has ended, or was interrupted."""
        if task.state == "running":
            self._at_work.add(task.id)
            self._count("daemon_tasks_by_source", source=task.request.source)
        else:
            self._at_work.discard(task.id)
        self._active.set(len(self._at_work))
        if task.state not in ENDED:
            return
        self._count(f"daemon_tasks_{task.state}")
        if task.started is not None:
            self._time("daemon_task_duration_seconds", task.outcome.seconds)
        if task.request.source == PULSE:
            silent = bool(task.request.silent) and task.request.silent in task.result
            self._count("pulse_runs")
            self._count("pulse_ok" if silent else "pulse_action")

    def take(self, envelope: Envelope) -> None:
        """Count what happened in a session."""
        agent, event = envelope.agent, envelope.event
        match event:
            case RunStarted():
                self._count("agent_runs_started", agent=agent)
            case TurnStarted():
                self._count("agent_turns", agent=agent)
            case RunCompleted():
                self._count("agent_runs_completed", agent=agent)
            case RunFailed():
                self._count("errors", error_class="run_failed")
            case LlmResponse() | ModelCalled():
                self._model(agent, event)
            case ToolCallCompleted(tool_name=tool, is_error=failed, duration_ms=spent):
                self._count("tool_calls", agent=agent, tool_name=tool)
                self._count("tool_errors", int(failed), agent=agent, tool_name=tool)
                self._time("tool_duration_seconds", spent / 1000, agent=agent, tool_name=tool)
            case _:
                self._rest(envelope)

    def _model(self, agent: str, event: LlmResponse | ModelCalled) -> None:
        if isinstance(event, LlmResponse):
            self._time("llm_call_duration_seconds", event.latency_ms / 1000, agent=agent)
            if event.time_to_first_token_ms:
                self._time("llm_ttft_seconds", event.time_to_first_token_ms / 1000, agent=agent)
            return
        usage = event.usage
        self._count("llm_calls", agent=agent)
        self._count("llm_tokens_input", usage.input_tokens, agent=agent)
        self._count("llm_tokens_output", usage.output_tokens, agent=agent)
        self._count("llm_tokens_cache_read", usage.cache_read_input_tokens, agent=agent)
        self._count("llm_tokens_cache_creation", usage.cache_creation_input_tokens, agent=agent)
        self._count("llm_cost_usd", event.cost_usd or 0.0, agent=agent)

    def _rest(self, envelope: Envelope) -> None:
        match envelope.event:
            case ApprovalRequested():
                self._count("interaction_approvals_requested")
            case ApprovalDecision(approved=approved):
                self._count("interaction_approvals_decided", approved=str(approved).lower())
            case SubAgentsDispatched():
                self._count("orchestrator_dispatches")
            case SubAgentCompleted(success=success):
                self._count("orchestrator_sub_completions", success=str(success).lower())
            case TaskRouted(decision=decision, escalated=escalated):
                self._count("routing_decisions", decision=decision)
                self._count("routing_escalations", int(escalated))
            case ModelEscalated(from_tier=one, to_tier=other, reason=reason):
                self._count("cascade_escalations", from_tier=one, to_tier=other, reason=reason)
            case _:
                self._trouble(envelope)

    def _trouble(self, envelope: Envelope) -> None:
        match envelope.event:
            case RetryAttempt():
                self._count("reliability_retry_attempts")
            case DoomLoopDetected():
                self._count("reliability_doom_loops_detected")
            case AutoCompactionTriggered(success=True):
                self._count("reliability_context_compactions")
            case ContextSummarized():
                self._count("reliability_context_summarizations")
            case SessionPruned(bytes_saved=saved):
                self._count("reliability_session_prunes")
                self._count("reliability_session_bytes_saved", saved)
            case GuardrailDenied(hook=hook):
                self._count("reliability_guardrail_denials", hook=hook)
            case GuardrailWarned(hook=hook):
                self._count("reliability_guardrail_warnings", hook=hook)
            case BudgetExceeded():
                self._count("errors", error_class="budget_exceeded")
            case _:
                pass

    def _count(self, name: str, amount: float = 1, **labels: str) -> None:
        counter = self._counters[name]
        (counter.labels(**self._bounded(labels)) if labels else counter).inc(amount)

    def _time(self, name: str, seconds: float, **labels: str) -> None:
        times = self._times[name]
        (times.labels(**self._bounded(labels)) if labels else times).observe(seconds)

    def _bounded(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Labels of which each has so many values at most: models make up names of tools, and each is kept for good."""
        return {name: self._value(name, text) for name, text in labels.items()}

    def _value(self, name: str, text: str) -> str:
        known = self._values.setdefault(name, set())
        value = text[:LONGEST].encode("utf-8", "replace").decode()
        if value not in known and len(known) >= MOST:
            return OTHER
        known.add(value)
        return value
