"""The goal of one session: set by a person, told to the model, and looked at before a run ends."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    GoalJudged,
    GoalSet,
    Notice,
    RunStarted,
    ToolCallCompleted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, User
from heartbit_tui.kernel.ops import Mode, Steer
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.session import BUSY, Session
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.at_end import AtEnd
from heartbit_tui.runtime.settings import Settings

if TYPE_CHECKING:
    from heartbit_tui.runtime.judging import Court

FOLDER = Path(__file__).parents[1] / "goals"
TEXT = "heartbit_tui.goals.text"
TRIES = 3
PROMPTS, LETTERS = 10, 2_000
"""Prompts that a judge is shown, the last ones, and letters of each."""

EARLY = "The session is not open yet."
NOTHING = "There is nothing to judge yet: nothing was asked for in this session, and it has no goal."
NOT_REACHED = "The goal is not reached: {count} of {all} criteria are not met. /goal shows them."
GIVEN_UP = "The model was sent back {times}."
DEFAULT = "The change does what was asked for, and nothing in the material shows that it breaks something."


class Pursuit:
    """Give `take` to the bus, let the agent be `given_to`, then `join`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: Session | None = None
        self._make: Callable[[], Court] | None = None
        self._made: Court | None = None
        self._agent = ""
        self._prompts: list[str] = []
        self._changed = True
        self._tries = 0
        self.goal: GoalSet | None = None
        """What is to be reached; None for no goal."""
        self.judged: GoalJudged | None = None
        """What came of it when a change was last judged."""

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session."""
        if self._made is not None:
            self._made.take(envelope)
        own = envelope.agent == self._agent
        match envelope.event:
            case GoalSet() as goal:
                self.goal, self.judged, self._changed = (goal if goal.goal else None), None, True
            case GoalJudged() as judged:
                self.judged, self._changed = judged, False
            case RunStarted() if own:
                self._tries = 0
            case UserMessage(message=message, origin="prompt") if own:
                self._prompts = [*self._prompts, _words(message)][-PROMPTS:]
            case ToolCallCompleted(tool_name=name) if self.goal is not None and not self._changed:
                self._changed = self._session is None or self._court.may_change(envelope.agent, name)
            case _:
                pass

    def given_to(self, agent: Agent) -> Agent:
        """The agent with the goal told to it, and the look before its runs end."""
        return replace(agent, guardrails=(*agent.guardrails, AtEnd("goal", self._ended, self._told)))

    def join(
        self, session: Session, court: "Callable[[], Court]", log: Sequence[Envelope], stack: AsyncExitStack
    ) -> None:
        """The session is open, with this log so far; `court` makes what judges its changes."""
        self._agent = session.agent.name
        for envelope in log:
            self.take(envelope)
        self._session, self._make = session, court
        stack.callback(self._leave)

    def _leave(self) -> None:
        self._session = self._make = self._made = None

    @property
    def _court(self) -> "Court":
        """What judges, made when something is first judged. Raises `HeartbitError`."""
        if self._made is None:
            if self._make is None:
                raise HeartbitError(EARLY)
            self._made = self._make()
        return self._made

    @property
    def criteria(self) -> tuple[str, ...]:
        """By what a change is judged now."""
        if self.goal is None:
            return (DEFAULT,) if self._prompts else ()
        return plugins.resolve(f"{TEXT}:criteria_of")(self.goal.goal, self.goal.criteria)

    async def set(self, goal: str, criteria: Sequence[str]) -> None:
        """This is to be reached from here on; an empty goal is none. Raises `StoreError` where that is not durable."""
        session = self._open()
        envelope = session.append(self._agent, GoalSet(goal=goal, criteria=tuple(dict.fromkeys(criteria))))
        await session.desk.committed(envelope.seq)

    async def propose(self, goal: str) -> tuple[str, ...]:
        """Criteria for a goal by the judge's model, for a person to change. Raises `HeartbitError`."""
        return await self._court.propose(goal)

    def judge(self) -> None:
        """Judge what the session has changed, beside no run; the outcome comes as an event. Raises `HeartbitError`."""
        session = self._open()
        if not self.criteria:
            raise HeartbitError(NOTHING)
        if not session.during(self._judged, "judge"):
            raise HeartbitError(BUSY)

    async def _judged(self) -> None:
        """Judge, and tell what came of it; whatever fails is told as well."""
        try:
            self._tell(await self._court.judge(self.criteria, "\n\n".join(self._prompts)))
            session = self._open()
            await session.desk.committed(session.seq)
        except HeartbitError as error:
            self._tell(Notice(level="error", text=str(error)))

    async def _ended(self, message: Assistant) -> None:
        """Look whether the goal is reached, where something was done since that was last looked at."""
        session, goal = self._session, self.goal
        if session is None or goal is None or session.settings.mode is Mode.PLAN:
            return
        if self.judged is not None and self.judged.is_reached:
            return
        fresh = self._changed
        if fresh:
            await self._judged()
        elif not self._tries:  # a run that did nothing towards it, such as a question that was answered
            return
        judged = self.judged
        if judged is None or judged.is_reached:
            return
        most = self._settings.config.integer("judge.tries")
        unmet = [each for each in judged.grades if each.outcome == "unmet"]
        if unmet and fresh and not self._changed and self._tries < (TRIES if most is None else most):
            self._tries += 1
            session.submit(Steer(text=_unmet(judged)))
            return
        count = sum(each.outcome != "met" for each in judged.grades)
        told = NOT_REACHED.format(count=count, all=len(judged.grades))
        times = "once" if self._tries == 1 else f"{self._tries} times"
        given_up = GIVEN_UP.format(times=times) if self._tries else ""
        self._tell(Notice(level="warning", text=f"{told} {given_up}".strip()))

    def _told(self) -> str:
        goal = self.goal
        if goal is None or (self.judged is not None and self.judged.is_reached):
            return ""
        criteria = "\n".join(f"{number}. {each}" for number, each in enumerate(self.criteria, 1))
        return _template("told").replace("{criteria}", criteria).replace("{goal}", goal.goal)

    def _open(self) -> Session:
        if self._session is None:
            raise HeartbitError(EARLY)
        return self._session

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.append(self._agent, event)


def _unmet(judged: GoalJudged) -> str:
    lines = [
        f"- {each.criterion}\n  {each.outcome}: {each.reason}{f' ({each.place})' if each.place else ''}"
        for each in judged.grades
        if each.outcome != "met"
    ]
    return _template("unmet").replace("{grades}", "\n".join(lines))


def _words(message: User) -> str:
    words = "".join(block.text for block in message.content if isinstance(block, Text))
    return words if len(words) <= LETTERS else f"{words[:LETTERS]} …"


def _template(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8").strip()
