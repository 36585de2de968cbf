"""The agents that work for a session's own one, as its envelopes tell of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from heartbit_tui.client import titles
from heartbit_tui.client.counts import tokens
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Event,
    ModelCalled,
    QuestionAnswered,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    ToolCallCompleted,
    ToolCallStarted,
)
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Interrupt
from heartbit_tui.kernel.spending import dollars

Stage: TypeAlias = Literal["waiting", "working", "asking", "done", "failed", "stopped"]
"""It waits for its turn; it works; it waits for the person; how it ended."""

OVER: frozenset[Stage] = frozenset({"done", "failed", "stopped"})
PERSON = Interrupt().reason
"""Who stops an agent where nobody else is named."""

NAME = 40
"""Letters of a name that are told."""

BY_YOU = "stopped by you"
CUT = "the run that it belonged to is over"
NOT_MADE = "it could not begin"
NONE = "No agent has worked for this one yet."
UNKNOWN = "There is no agent {name} here. /agents lists them."
NOBODY = "Which agent? /agents lists them."
IS_OVER = "{name} has ended: nothing can be said to it, and nothing is left to stop."
READS = "reads it after the calls that it has asked for."
WAITS = "{name} waits for its turn: it reads no words before it has begun. /stop {name} takes it out of the queue."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mate:
    """One agent that was made for a task: `name` is the one on its events.

    `since` is when it was handed the task, then when it began; `milliseconds` what it took once it is over. `tokens` counts what was read and
    written, `cost_usd` what is known of its price and `unpriced` the model calls without one. `doing` is its call in a
    few words, `why` says why it did not end well.
    """

    name: str
    since: datetime
    task: str = ""
    stage: Stage = "waiting"
    milliseconds: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    calls: int = 0
    doing: str = ""
    why: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.stage in OVER


class Mates:
    """Folds envelopes into the agents of a session, each in a time that does not grow with their number."""

    def __init__(self) -> None:
        self._agent = ""
        self._mates: dict[str, Mate] = {}
        self._tasks: dict[str, tuple[str, ...]] = {}
        """The tasks that a call hands out, by its id, until they are."""
        self._doing: dict[str, str] = {}
        """Calls of other agents that were asked for, in a few words."""

    @property
    def all(self) -> tuple[Mate, ...]:
        """In the order in which they were handed their tasks."""
        return tuple(self._mates.values())

    def find(self, name: str) -> Mate | None:
        """The one with this name."""
        return self._mates.get(name)

    def take(self, envelope: Envelope) -> None:
        """Take in the next envelope."""
        event = envelope.event
        if isinstance(event, SubAgentsDispatched):
            self._handed(envelope, event)
        elif self._agent in ("", envelope.agent):
            self._own(envelope, event)
        elif (mate := self._mates.get(envelope.agent)) is not None and not mate.over:
            self._took(envelope, event, mate)

    def _own(self, envelope: Envelope, event: Event) -> None:
        match event:
            case RunStarted():
                self._agent = envelope.agent
            case AssistantMessage(message=message):
                given = {call.id: _tasks(call.input) for call in message.calls if call.name in titles.HANDING}
                self._tasks |= given
            case RunCompleted() | RunFailed() | RunInterrupted():
                self._tasks.clear()
                self._doing.clear()
                for mate in [mate for mate in self._mates.values() if not mate.over]:
                    self._ended(mate, envelope.at, "stopped", CUT)
            case _:
                pass

    def _handed(self, envelope: Envelope, event: SubAgentsDispatched) -> None:
        tasks = self._tasks.pop(event.tool_call_id, ())
        for number, name in enumerate(event.agents):
            task = tasks[number] if number < len(tasks) else ""
            self._mates.pop(name, None)
            self._mates[name] = Mate(name=name, since=envelope.at, task=task)

    def _took(self, envelope: Envelope, event: Event, mate: Mate) -> None:
        match event:
            case RunStarted(task=task):
                self._put(mate, since=envelope.at, stage="working", task=task or mate.task)
            case ModelCalled(usage=usage, cost_usd=cost):
                spent = mate.cost_usd + (cost or 0.0)
                self._put(
                    mate, tokens=mate.tokens + usage.total, cost_usd=spent, unpriced=mate.unpriced + (cost is None)
                )
            case AssistantMessage(message=message):
                self._doing |= {call.id: _words(call.name, call.input) for call in message.calls}
            case ToolCallStarted(tool_call_id=id, tool_name=tool):
                self._put(mate, doing=self._doing.pop(id, tool))
            case ToolCallCompleted(tool_call_id=id):
                self._doing.pop(id, None)
                self._put(mate, doing="", calls=mate.calls + 1)
            case ApprovalRequested() | QuestionAsked():
                self._put(mate, stage="asking")
            case ApprovalDecision() | QuestionAnswered():
                self._put(mate, stage="working")
            case RunCompleted() | RunFailed() | RunInterrupted() | SubAgentCompleted():
                self._is_over(envelope, event, mate)
            case _:
                pass

    def _is_over(
        self, envelope: Envelope, event: RunCompleted | RunFailed | RunInterrupted | SubAgentCompleted, mate: Mate
    ) -> None:
        match event:
            case RunFailed(error=error):
                self._ended(mate, envelope.at, "failed", error)
            case RunInterrupted(reason=reason):
                self._ended(mate, envelope.at, "stopped", stopped_by(reason))
            case SubAgentCompleted(success=False, stopped=reason):
                stage, why = ("stopped", stopped_by(reason)) if reason else ("failed", NOT_MADE)
                self._ended(mate, envelope.at, stage, why)
            case RunCompleted() | SubAgentCompleted():
                self._ended(mate, envelope.at, "done", "")

    def _ended(self, mate: Mate, at: datetime, stage: Stage, why: str) -> None:
        worked = 0 if mate.stage == "waiting" else int((at - mate.since).total_seconds() * 1000)
        self._put(mate, stage=stage, why=why, doing="", milliseconds=max(worked, 0))

    def _put(self, mate: Mate, **changes: Any) -> None:
        self._mates[mate.name] = replace(mate, **changes)


def stopped_by(reason: str) -> str:
    """Who stopped an agent, as a person reads it."""
    return BY_YOU if reason == PERSON else reason


def refused(mates: Mates, name: str, *, words: bool = False) -> str:
    """Why this agent cannot be stopped, or be told `words`; empty where it can."""
    mate, shown = mates.find(name), one_line(name, NAME)
    if not name:
        return NOBODY
    if mate is None:
        return UNKNOWN.format(name=shown)
    if mate.over:
        return IS_OVER.format(name=shown)
    return WAITS.format(name=shown) if words and mate.stage == "waiting" else ""


def addressed(mates: Mates, line: str) -> tuple[str, str]:
    """The name at the beginning of a line, a known one where there is, and the words behind it."""
    known = [mate.name for mate in mates.all if line == mate.name or line.startswith(f"{mate.name} ")]
    name = max(known, key=len, default=line.partition(" ")[0])
    return name, line.removeprefix(name).strip()


WORDS: Mapping[Stage, str] = MappingProxyType(
    {
        "waiting": "waits for its turn",
        "working": "works",
        "asking": "waits for you",
        "done": "done",
        "failed": "failed",
        "stopped": "stopped",
    }
)


def standing(mate: Mate) -> str:
    """How it stands, in a few words."""
    if mate.over:
        return BY_YOU if mate.why == BY_YOU else f"{WORDS[mate.stage]}: {mate.why}" if mate.why else WORDS[mate.stage]
    return mate.doing or WORDS[mate.stage]


def figures(mate: Mate, now: datetime | None = None) -> tuple[str, ...]:
    """What it took and cost so far; what goes on is counted up to `now`, where that is given."""
    took = mate.milliseconds
    if now is not None and mate.stage in ("working", "asking"):
        took = max(int((now - mate.since).total_seconds()), 0) * 1000
    money = f"${dollars(mate.cost_usd)}{'+' if mate.unpriced else ''}" if mate.cost_usd else ""
    told = (f"{tokens(mate.tokens)} tokens" if mate.tokens else "", money, titles.span(took) if took else "")
    return tuple(each for each in told if each)


def counted(mates: Iterable[Mate]) -> str:
    """How many there are of each kind, in a few words."""
    stages = [mate.stage for mate in mates]
    told = {"working": "at work", "asking": "ask you", "waiting": "waiting", "done": "done", "failed": "failed"}
    told |= {"stopped": "stopped"}
    return " · ".join(f"{stages.count(stage)} {word}" for stage, word in told.items() if stage in stages)


def _words(tool: str, input: JsonObject) -> str:
    return one_line(f"{tool} {titles.title(tool, input)}", 200)


def _tasks(input: JsonObject) -> tuple[str, ...]:
    """The tasks that a call hands out, in their order; empty words for one that is damaged."""
    found = input.get("tasks")
    given = cast("list[object]", found) if isinstance(found, list | tuple) else []
    return tuple(_task(each) for each in given)


def _task(given: object) -> str:
    match given:
        case {"task": str(words)}:
            return words
        case _:
            return ""
