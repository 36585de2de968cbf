"""What is known of a session beside its transcript: what runs, what is to be done, how full the window is."""

from dataclasses import replace
from datetime import datetime

from heartbit_tui.client import jobs
from heartbit_tui.client.jobs import Job
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    JUDGE,
    AssistantMessage,
    ContextSummarized,
    DiagnosticsCounted,
    Envelope,
    GoalJudged,
    GoalSet,
    JobEnded,
    JobStarted,
    LlmResponse,
    MemoryRecalled,
    ModeChanged,
    ModelCalled,
    ModelChanged,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SessionStarted,
    SummaryFailed,
    SummaryStarted,
    TodosChanged,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, Usage
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.tui.transcript import summarising
from heartbit_tui.tui.transcript.recalled import Memories, after
from heartbit_tui.tui.transcript.summarising import Summarising

BESIDE = (JobStarted, JobEnded, DiagnosticsCounted, GoalSet, GoalJudged)
"""What goes on beside the run, whoever began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The state of a session as its envelopes tell it; `agent` is the one that a person talks to."""

    agent: str = ""
    running: bool = False
    since: datetime | None = None
    """When the active run began."""
    turn: int = 0
    held: bool = False
    """Whether the answer of this turn is shown only once the guardrails have checked it."""
    summarising: Summarising | None = None
    """The summary that is being written for the model."""
    title: str = ""
    mode: Mode = Mode.ASK
    provider: str = ""
    model: str = ""
    effort: Effort | None = None
    todos: tuple[JsonObject, ...] = ()
    jobs: tuple[Job, ...] = ()
    """The commands in the background, also those that have ended; oldest first."""
    last: Usage | None = None
    """The last model call of the agent: what it read is what fills the window."""
    diagnostics: DiagnosticsCounted | None = None
    """What the language servers know of; None where none has run."""
    goal: GoalSet | None = None
    """What is to be reached; None for no goal."""
    judged: GoalJudged | None = None
    """What came of the goal when it was last judged."""
    judging: datetime | None = None
    """When the judging began that is under way."""
    memories: Memories | None = None
    """What was recalled in the run that is active, or was the last."""

    @property
    def context_tokens(self) -> int:
        """Tokens that the conversation holds, as the last model call counted them."""
        return self.last.prompt + self.last.output_tokens if self.last else 0

    def after(self, envelope: Envelope) -> "Known":
        """What is known once this envelope is."""
        event = envelope.event
        if isinstance(event, RunStarted) and not self.agent and envelope.agent != JUDGE:
            return replace(self, agent=envelope.agent, running=True, since=envelope.at, memories=None)
        if isinstance(event, BESIDE) or envelope.agent == JUDGE:
            return self._beside(envelope)
        if self.agent not in ("", envelope.agent):
            return self
        match event:
            case RunStarted():
                return replace(self, running=True, since=envelope.at, memories=None)
            case RunCompleted() | RunFailed() | RunInterrupted():
                return replace(self, running=False, since=None, summarising=None)
            case TurnStarted(turn=turn, held=held):
                return replace(self, turn=turn, held=held)
            case LlmResponse(usage=usage) | AssistantMessage(message=Assistant(usage=usage)) if usage.prompt:
                return replace(self, last=usage)  # the message alone is read of a session that is taken up again
            case _:
                return self._settings(envelope)

    def _beside(self, envelope: Envelope) -> "Known":
        """What goes on beside the run, whoever began it, and what the judge does."""
        match envelope.event:
            case DiagnosticsCounted() as counted:
                return replace(self, diagnostics=counted)
            case GoalSet() as goal:
                return replace(self, goal=goal if goal.goal else None, judged=None)
            case GoalJudged() as judged:
                return replace(self, judged=judged)
            case RunStarted():
                return replace(self, judging=envelope.at)
            case RunCompleted() | RunFailed() | RunInterrupted():
                return replace(self, judging=None)
            case _:
                return replace(self, jobs=jobs.after(self.jobs, envelope))

    def _settings(self, envelope: Envelope) -> "Known":
        match envelope.event:
            case MemoryRecalled() as recalled:
                return replace(self, memories=after(self.memories, recalled, envelope.at))
            case SummaryStarted() | ModelCalled() | SummaryFailed() | ContextSummarized():
                return replace(self, summarising=summarising.after(self.summarising, envelope.event, envelope.at))
            case TodosChanged(todos=todos):
                return replace(self, todos=todos)
            case SessionRenamed(title=title):
                return replace(self, title=title)
            case ModeChanged(mode=mode):
                return replace(self, mode=mode)
            case ModelChanged(provider=provider, model=model, effort=effort):
                return replace(self, provider=provider, model=model, effort=effort)
            case SessionStarted(provider=provider, model=model, mode=mode):
                return replace(self, provider=provider, model=model, mode=mode)
            case _:
                return self
