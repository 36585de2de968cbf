"""Envelopes folded into the rows of a timeline."""

from dataclasses import replace
from datetime import datetime

from heartbit_tui.client import guarded
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import (
    ContextSummarized,
    Envelope,
    GuardrailDenied,
    GuardrailWarned,
    LlmResponse,
    ModelCalled,
    ModelEscalated,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SummaryFailed,
    SummaryStarted,
    TurnStarted,
)
from heartbit_tui.kernel.standing import Standing
from heartbit_tui.tui.timeline.calls import Calls
from heartbit_tui.tui.timeline.log import Log
from heartbit_tui.tui.timeline.models import Models
from heartbit_tui.tui.timeline.rows import Row, Totals
from heartbit_tui.tui.timeline.steps import Steps

KEPT = 20_000
"""Rows that are kept; older ones only count in the totals."""

WORSE: tuple[guarded.Did, ...] = ("warned", "rewrote", "withheld", "denied")
"""What a guardrail may have done, the mildest first."""

AGENT = 40
"""Characters of an agent's name that are kept."""


class Timeline:
    """The rows of a session in the order in which they were asked for. A row is replaced, never changed."""

    def __init__(self, kept: int = KEPT) -> None:
        self._log = Log(kept)
        self._standing = Standing()
        self._models = Models(self._log)
        self._calls = Calls(self._log)
        self._steps = Steps(self._log)
        self._agent = ""
        self.last: datetime | None = None
        """When the last envelope came."""

    def apply(self, envelope: Envelope) -> None:
        """Take in the next envelope, in a time that does not grow with the session."""
        event, agent = envelope.event, self._lane(envelope.agent)
        if agent:
            self._log.heard(agent)
        self.last = envelope.at
        match event:
            case RunStarted() if not self._agent:
                self._agent = envelope.agent
            case TurnStarted() | LlmResponse() | ModelCalled() | RetryAttempt() | ModelEscalated():
                self._models.apply(envelope, event, agent)
            case SummaryStarted() | SummaryFailed() | ContextSummarized():
                self._models.summary(envelope, event, agent)
            case RunCompleted() | RunFailed() | RunInterrupted():
                self._ended(envelope, agent, failed=isinstance(event, RunFailed))
            case Rewound(to=to):
                self._standing.went_back(envelope.seq, to)
                self._log.void(self._standing.counts)
            case GuardrailDenied() | GuardrailWarned():
                self._guarded(envelope, event)
            case _:
                self._steps.apply(envelope)
                self._calls.apply(envelope, agent)
        for row in self._log.trim():
            if self._calls.find(row.id) == row.number:
                self._calls.close(row.id, envelope.at, "cut")

    @property
    def first(self) -> int:
        """The number of the oldest row that is kept."""
        return self._log.first

    @property
    def end(self) -> int:
        """The number after the newest row."""
        return self._log.end

    @property
    def longest(self) -> int:
        """The longest `working` of all rows so far: what bars are drawn in proportion to."""
        return self._log.longest

    def row(self, number: int) -> Row | None:
        """The row with this number, None for one that is gone or was never there."""
        return self._log.row(number)

    def rows(self) -> tuple[Row, ...]:
        """All rows that are kept, oldest first."""
        return self._log.rows()

    def find(self, call: str) -> int | None:
        """The number of the newest row of the call with this id."""
        number = self._calls.find(call)
        if number is not None:
            return number
        return next((row.number for row in reversed(self._log.rows()) if row.id == call), None)

    def totals(self, now: datetime | None = None) -> Totals:
        """The sums; what is still going on counts up to `now`."""
        calls, models = self._calls.sums, self._models.sums
        return replace(
            models,
            calls=calls.calls,
            failed=calls.failed,
            added=calls.added,
            removed=calls.removed,
            model=self._models.span.milliseconds(now),
            tools=self._calls.tools.milliseconds(now),
            person=self._calls.person.milliseconds(now),
        )

    def since(self, row: Row) -> datetime | None:
        """Since when a row that has not ended is in its state."""
        folds = {"call": self._calls, "model": self._models, "step": self._steps}
        return folds[row.kind].since(row)

    def _guarded(self, envelope: Envelope, event: GuardrailDenied | GuardrailWarned) -> None:
        """Mark the call that a guardrail stepped in on, or the answer."""
        call = event.tool_call_id
        number = self._calls.find(call) if call else self._models.last(envelope.agent)
        row = self._log.row(number) if number is not None else None
        if row is None:
            return
        did = guarded.did(event)
        if row.guarded is None or WORSE.index(did) > WORSE.index(row.guarded):
            row = self._log.put(row, guarded=did, guardrail=one_line(event.guardrail, AGENT))
        if did == "denied":
            self._log.put(row, state="refused")

    def _lane(self, agent: str) -> str:
        return "" if self._agent in ("", agent) else one_line(agent, AGENT)

    def _ended(self, envelope: Envelope, agent: str, *, failed: bool) -> None:
        """What the agent left open was cut off; with the run of the main agent, everybody's."""
        state = "failed" if failed else "cut"
        if agent:
            self._models.close(envelope.agent, envelope.at, state)
            self._calls.close_all(envelope.at, agent)
        else:
            self._models.close_all(envelope.at, state)
            self._calls.close_all(envelope.at)
            self._steps.close_all(envelope.at)
