"""What a result tells, folded from envelopes."""

import json

from heartbit_tui.client.cut import CutCalls
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    GoalJudged,
    ModelCalled,
    ModelEscalated,
    PermissionDenied,
    PlanKept,
    RunCompleted,
    RunStarted,
    Terminal,
    ToolCallCompleted,
    TurnStarted,
)
from heartbit_tui.kernel.ledger import saved
from heartbit_tui.kernel.messages import JsonObject, Usage


class Tally:
    """Counts what the runs of this process did; what an earlier process left behind is not theirs.

    The agent that starts the first run is the main one: its turns and its words count, other agents' costs, denials
    and changed files do too.
    """

    def __init__(self) -> None:
        self.agent = ""
        self.turns = 0
        self.calls = 0
        self.usage = Usage()
        self.answer = ""
        self.structured: JsonObject | None = None
        self.denials: tuple[JsonObject, ...] = ()
        self.end: Terminal | None = None
        self.escalations: tuple[ModelEscalated, ...] = ()
        self.saved_usd: float | None = None
        """What a cascade saved, by estimate; None where there was none, or its prices are not known."""
        self.judged: GoalJudged | None = None
        """What came of judging what was done since anything was last changed."""
        self.plan = ""
        """The file of the newest plan."""
        self._run = ""
        self._cost = 0.0
        self._unpriced = 0
        self._cut = CutCalls()
        self._changed: dict[str, None] = {}

    @property
    def cost_usd(self) -> float | None:
        """US dollars, or None where the price of any call is unknown, or a call was cut off."""
        return None if self._cut.count else self.known_cost_usd

    @property
    def known_cost_usd(self) -> float | None:
        """The same of the calls that have ended: one that was cut off counts nothing, whatever it had cost."""
        return None if self._unpriced else self._cost

    @property
    def changed_files(self) -> tuple[str, ...]:
        """Absolute paths, each once, in the order of their first change."""
        return tuple(self._changed)

    @property
    def text(self) -> str:
        """The answer: the wanted shape as JSON where one was wanted, else the words."""
        return self.answer if self.structured is None else json.dumps(self.structured, ensure_ascii=False)

    def ends_run(self, envelope: Envelope) -> bool:
        """Whether this is the end of a run that was started here."""
        mine = bool(self._run) and (envelope.run, envelope.agent) == (self._run, self.agent)
        return mine and isinstance(envelope.event, Terminal)

    def take(self, envelope: Envelope) -> None:
        """Count an envelope."""
        event, main = envelope.event, envelope.agent == self.agent
        self._cut.take(envelope)
        match event:
            case RunStarted() if main or not self.agent:
                self._begin(envelope)
            case TurnStarted() if main:
                self.turns += 1
            case AssistantMessage(message=message) if main and self._run:
                self.answer = message.text
            case ModelEscalated():
                self.escalations = (*self.escalations, event)
            case ModelCalled():
                self._spent(event)
            case GoalJudged() | PlanKept():
                self._pursued(event)
            case PermissionDenied():
                self.denials = (*self.denials, _denial(event))
            case ToolCallCompleted(changed=changed) if self._run:
                self.calls += 1
                self._changed.update(dict.fromkeys(changed))
            case _:
                if isinstance(event, Terminal) and self.ends_run(envelope):
                    self._finish(event)

    def _spent(self, event: ModelCalled) -> None:
        if event.instead_usd is not None and event.cost_usd is not None:
            self.saved_usd = (self.saved_usd or 0.0) + saved(event)
        self.usage += event.usage
        self._cost += event.cost_usd or 0.0
        self._unpriced += event.cost_usd is None

    def _pursued(self, event: GoalJudged | PlanKept) -> None:
        if isinstance(event, GoalJudged):
            self.judged = event
        else:
            self.plan = event.path

    def _begin(self, envelope: Envelope) -> None:
        self.agent, self._run = envelope.agent, envelope.run
        self.answer, self.structured, self.end = "", None, None

    def _finish(self, end: Terminal) -> None:
        self.end = end
        if isinstance(end, RunCompleted):
            self.structured = end.structured


def _denial(event: PermissionDenied) -> JsonObject:
    return {
        "tool_name": event.tool_name,
        "tool_use_id": event.tool_call_id,
        "tool_input": event.input,
        "reason": event.reason,
        "rule": event.rule,
    }
