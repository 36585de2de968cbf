"""What the agents of a session did side by side: one lane each, step by step in the order of the log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    GuardrailDenied,
    ModelEscalated,
    PermissionDenied,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    StepEnd,
    StepEnded,
    StepStarted,
    SubAgentsDispatched,
    ToolCallCompleted,
    ToolCallStarted,
    clip,
)

TEXT = 2_000
"""Bytes of a step that are told."""

_HOW: Mapping[StepEnd, str] = MappingProxyType({"done": "is done", "failed": "failed", "stopped": "was stopped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that an agent did, `seconds` after the log began; `lane` counts the agents from 0."""

    lane: int
    seconds: float
    title: str
    text: str = ""
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """The agents in the order in which they are heard first, and what they did."""

    agents: tuple[str, ...]
    steps: tuple[Step, ...]


def lanes(log: Iterable[Envelope]) -> Lanes:
    """The lanes of a log."""
    agents: dict[str, int] = {}
    steps: list[Step] = []
    begun: datetime | None = None
    for envelope in log:
        begun = begun or envelope.at
        told = _told(envelope.event)
        if told is not None:
            title, text, is_error = told
            lane = agents.setdefault(envelope.agent, len(agents))
            after = max((envelope.at - begun).total_seconds(), 0.0)
            steps.append(Step(lane=lane, seconds=after, title=title, text=clip(text, TEXT), is_error=is_error))
    return Lanes(agents=tuple(agents), steps=tuple(steps))


def _told(event: Event) -> tuple[str, str, bool] | None:
    """Title, text, and whether it went wrong; None for what is no step."""
    match event:
        case RunStarted(task=task):
            return "begins", task, False
        case AssistantMessage(message=message) if message.text.strip():
            return "says", message.text, False
        case ToolCallStarted(tool_name=tool, input=given):
            return f"calls {tool}", given, False
        case ToolCallCompleted(tool_name=tool, is_error=is_error, duration_ms=took, output=output):
            return f"{tool} {'failed' if is_error else 'is done'} after {took:,} ms", output, is_error
        case SubAgentsDispatched(agents=agents):
            return "hands tasks to", ", ".join(agents), False
        case RunCompleted():
            return "is done", "", False
        case StepStarted() | StepEnded():
            return _step(event)
        case _:
            return _trouble(event)


def _step(event: StepStarted | StepEnded) -> tuple[str, str, bool]:
    if isinstance(event, StepStarted):
        return f"begins step {event.name}", event.kind, False
    return f"step {event.name} {_HOW[event.how]}", event.error or event.output, event.how != "done"


def _trouble(event: Event) -> tuple[str, str, bool] | None:
    match event:
        case RunFailed(error=text):
            return "fails", text, True
        case RunInterrupted(reason=text):
            return "is interrupted", text, True
        case PermissionDenied(tool_name=tool, reason=text):
            return f"{tool} is refused", text, True
        case GuardrailDenied(reason=text):
            return "is stopped by a guardrail", text, True
        case RetryAttempt(attempt=number, error_class=text):
            return f"tries again ({number})", text, True
        case ModelEscalated(from_tier=one, to_tier=other):
            return "is taken over", f"from {one} by {other}", False
        case _:
            return None
