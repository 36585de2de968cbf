"""What a session did in figures: counters and histograms, folded from its envelopes and kept in memory."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    GuardrailDenied,
    LlmResponse,
    ModelCalled,
    PermissionDenied,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Names with values, in the order in which the metric has them."""

RUNS: Final = "heartbit_runs_total"
TURNS: Final = "heartbit_turns_total"
TOOL_CALLS: Final = "heartbit_tool_calls_total"
MODEL_CALLS: Final = "heartbit_model_calls_total"
TOKENS: Final = "heartbit_tokens_total"
COST: Final = "heartbit_cost_usd_total"
RETRIES: Final = "heartbit_retries_total"
DENIALS: Final = "heartbit_denials_total"
RUN_SECONDS: Final = "heartbit_run_duration_seconds"
LLM_SECONDS: Final = "heartbit_llm_latency_seconds"
FIRST_SECONDS: Final = "heartbit_llm_time_to_first_token_seconds"
TOOL_SECONDS: Final = "heartbit_tool_duration_seconds"

HELP: Mapping[str, str] = MappingProxyType(
    {
        RUNS: "Runs that have ended, by agent and outcome.",
        TURNS: "Turns that have begun, by agent.",
        TOOL_CALLS: "Tool calls that have ended, by tool and outcome.",
        MODEL_CALLS: "Model calls, by model and purpose.",
        TOKENS: "Tokens, by model and kind.",
        COST: "Cost in US dollars, by model; calls without a known price count nothing.",
        RETRIES: "Model calls that were tried again, by kind of error.",
        DENIALS: "Calls and answers that were refused, by what refused them.",
        RUN_SECONDS: "How long runs took, by agent.",
        LLM_SECONDS: "How long models took for an answer, by model.",
        FIRST_SECONDS: "How long the first piece of an answer took, by model.",
        TOOL_SECONDS: "How long tools took, by tool.",
    }
)
"""What each metric counts, in a sentence."""

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
"""Upper bounds of the buckets of all histograms, in seconds: Prometheus's usual ones, and longer ones for runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How often, or how much, something happened."""

    name: str
    labels: Labels
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How long things took, in seconds; `buckets` counts those up to each of `BOUNDS`, then those above all."""

    name: str
    labels: Labels
    buckets: Sequence[int]
    count: int
    sum: float
    most: float

    def quantile(self, share: float) -> float:
        """About how long the quickest `share` (0 to 1) of them took at most: a bound, never more than the longest."""
        wanted, seen = share * self.count, 0
        for bound, count in zip(BOUNDS, self.buckets, strict=False):
            seen += count
            if seen >= wanted:
                return min(float(bound), self.most)
        return self.most


class _Times:
    """A histogram that grows."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.count = 0
        self.sum = 0.0
        self.most = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.count += 1
        self.sum += seconds
        self.most = max(self.most, seconds)


class Metrics:
    """Takes in envelopes, of one session or of several; `counters` and `histograms` are what there is to show."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Labels], float] = {}
        self._times: dict[tuple[str, Labels], _Times] = {}
        self._begun: dict[tuple[str, str, str], datetime] = {}
        self._started: set[tuple[str, str]] = set()

    def take(self, envelope: Envelope) -> None:
        """Count an envelope."""
        event = envelope.event
        if isinstance(event, Delta):
            return
        match event:
            case RunStarted():
                self._begun[envelope.session, envelope.run, envelope.agent] = envelope.at
            case RunCompleted():
                self._ended(envelope, "completed")
            case RunFailed(kind=kind):
                self._ended(envelope, kind)
            case RunInterrupted():
                self._ended(envelope, "interrupted")
            case TurnStarted():
                self._count(TURNS, 1, agent=envelope.agent)
            case ToolCallStarted(tool_call_id=call):
                self._started.add((envelope.session, call))
            case ToolCallCompleted():
                self._called(envelope, event)
            case _:
                self._model(event) if isinstance(event, LlmResponse | ModelCalled) else self._trouble(envelope)

    def counters(self) -> tuple[Counter, ...]:
        """All counters, by name and labels."""
        return tuple(Counter(name=key[0], labels=key[1], value=self._counts[key]) for key in sorted(self._counts))

    def histograms(self) -> tuple[Histogram, ...]:
        """All histograms, by name and labels."""
        found = ((name, labels, self._times[name, labels]) for name, labels in sorted(self._times))
        return tuple(
            Histogram(
                name=name, labels=labels, buckets=tuple(each.buckets), count=each.count, sum=each.sum, most=each.most
            )
            for name, labels, each in found
        )

    def _ended(self, envelope: Envelope, outcome: str) -> None:
        self._count(RUNS, 1, agent=envelope.agent, outcome=outcome)
        begun = self._begun.pop((envelope.session, envelope.run, envelope.agent), None)
        if begun is not None:
            self._time(RUN_SECONDS, max((envelope.at - begun).total_seconds(), 0.0), agent=envelope.agent)

    def _called(self, envelope: Envelope, event: ToolCallCompleted) -> None:
        ran = (envelope.session, event.tool_call_id) in self._started
        self._started.discard((envelope.session, event.tool_call_id))
        outcome = ("failed" if event.is_error else "ok") if ran else "refused"
        self._count(TOOL_CALLS, 1, tool=event.tool_name, outcome=outcome)
        if ran:
            self._time(TOOL_SECONDS, event.duration_ms / 1000, tool=event.tool_name)

    def _model(self, event: LlmResponse | ModelCalled) -> None:
        model = event.model or "unknown"
        if isinstance(event, LlmResponse):
            self._time(LLM_SECONDS, event.latency_ms / 1000, model=model)
            if event.time_to_first_token_ms:
                self._time(FIRST_SECONDS, event.time_to_first_token_ms / 1000, model=model)
            return
        usage = event.usage
        self._count(MODEL_CALLS, 1, model=model, purpose=event.purpose)
        self._count(TOKENS, usage.input_tokens, model=model, kind="input")
        self._count(TOKENS, usage.output_tokens, model=model, kind="output")
        self._count(TOKENS, usage.cache_read_input_tokens, model=model, kind="cache_read")
        self._count(TOKENS, usage.cache_creation_input_tokens, model=model, kind="cache_creation")
        self._count(COST, event.cost_usd or 0.0, model=model)

    def _trouble(self, envelope: Envelope) -> None:
        match envelope.event:
            case RetryAttempt(error_class=kind):
                self._count(RETRIES, 1, error=kind or "unknown")
            case PermissionDenied():
                self._count(DENIALS, 1, by="permission")
            case GuardrailDenied():
                self._count(DENIALS, 1, by="guardrail")
            case _:
                return

    def _count(self, name: str, amount: float, **labels: str) -> None:
        if amount:
            key = name, tuple(labels.items())
            self._counts[key] = self._counts.get(key, 0) + amount

    def _time(self, name: str, seconds: float, **labels: str) -> None:
        key = name, tuple(labels.items())
        self._times.setdefault(key, _Times()).add(seconds)
