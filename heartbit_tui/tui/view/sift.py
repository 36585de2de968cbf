"""Which events of a replay a person wants to stop at, said in a few words."""

from dataclasses import replace
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    Delta,
    DoomLoopDetected,
    Envelope,
    Event,
    GuardrailDenied,
    Notice,
    PermissionDenied,
    RetryAttempt,
    RunFailed,
    RunInterrupted,
    StepEnded,
    SubAgentCompleted,
    SummaryFailed,
    ToolCallCompleted,
    type_name,
)
from heartbit_tui.tui.timeline.choose import Choice

ERRORS: Final = ("errors", "error", "failed")
"""The words for what went wrong alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What has to hold for an event; an empty field holds for each. Names may be given by their beginning."""

    agent: str = ""
    tool: str = ""
    kind: str = ""
    errors: bool = False

    @property
    def all(self) -> bool:
        """Whether every event passes."""
        return self == Sieve()

    def __str__(self) -> str:
        named = ((key, getattr(self, key)) for key in ("agent", "tool", "kind"))
        return " ".join((*(f"{key}:{value}" for key, value in named if value), *(["errors"] if self.errors else [])))


def sieve(text: str) -> Sieve:
    """What was typed, as a sieve: `agent:reader tool:bash kind:run_failed errors`; a word alone is an agent or a tool."""
    found = Sieve()
    for word in text.lower().split():
        key, colon, value = word.partition(":")
        if colon and key in ("agent", "tool", "kind"):
            found = replace(found, **{key: value})
        elif word in ERRORS:
            found = replace(found, errors=True)
        else:
            found = replace(found, agent=word)
    return found


def passes(envelope: Envelope, wanted: Sieve) -> bool:
    """Whether an event is stopped at; pieces of answers are stopped at with their whole."""
    event = envelope.event
    if isinstance(event, Delta):
        return False
    return (
        envelope.agent.lower().startswith(wanted.agent)
        and (not wanted.tool or tool_of(event).lower().startswith(wanted.tool))
        and type_name(type(event)).startswith(wanted.kind)
        and (not wanted.errors or is_error(event))
    )


def is_error(event: Event) -> bool:
    """Whether an event tells that something went wrong or was refused."""
    match event:
        case ToolCallCompleted(is_error=failed):
            return failed
        case SubAgentCompleted(success=success):
            return not success
        case StepEnded(how=how):
            return how != "done"
        case Notice(level=level):
            return level != "info"
        case _:
            return isinstance(event, TROUBLE)


TROUBLE = (
    DoomLoopDetected,
    GuardrailDenied,
    PermissionDenied,
    RetryAttempt,
    RunFailed,
    RunInterrupted,
    SummaryFailed,
)


def tool_of(event: Event) -> str:
    """The tool that an event is about, empty for none."""
    if isinstance(event, ApprovalRequested):
        return event.call.name
    return str(getattr(event, "tool_name", None) or "")


def rows(wanted: Sieve, main: str) -> Choice:
    """The same for the rows of the timeline, where the main agent is called `main`."""
    agent = "main" if wanted.agent and main.lower().startswith(wanted.agent) else wanted.agent
    return Choice(agent=agent, tool=wanted.tool, state="failed" if wanted.errors else "")
