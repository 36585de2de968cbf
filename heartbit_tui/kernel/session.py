"""A session: ops go in, envelopes come out."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Self

from heartbit_tui.kernel import dropping, escalating, recovery, shortening
from heartbit_tui.kernel.active import Active
from heartbit_tui.kernel.desk import Desk, People, Settings, Terms
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    CapChanged,
    Envelope,
    Event,
    ModeChanged,
    ModelChanged,
    Notice,
    Rewound,
    SessionRenamed,
)
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import (
    Answer,
    Background,
    Close,
    Compact,
    Decide,
    Drop,
    Escalate,
    Interrupt,
    Op,
    Prompt,
    Rename,
    Restore,
    Rewind,
    SetCap,
    SetMode,
    SetModel,
    Steer,
    StopJob,
)
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.recovery import CRASHED
from heartbit_tui.kernel.shortening import NOTHING_TO_COMPACT
from heartbit_tui.kernel.wiring import Opening, Wiring

__all__ = ("BUSY", "CLOSED", "CRASHED", "NOTHING_TO_COMPACT", "Opening", "Session", "Wiring")

BUSY = "Not while a run is active: interrupt it first."
CLOSED = "The session is closed: nothing more can be started in it."
NO_SUCH_PLACE = "There is nothing at {seq} to go back to: this session goes from 1 to {last}."
NO_MODELS = "This session cannot change its model."

SLICE = 200
"""Envelopes of a log that are heard at once; a long log would hold the loop."""


class Session:
    """A conversation that goes on: owns its task group, its bus and its open questions.

    `async with` it; `submit` takes ops at any time and never waits; `bus` gives the envelopes. When a session is
    taken up again, a run that a crash cut off is closed first, so that the log is always one that a model can
    be sent.
    """

    def __init__(self, session_id: str, agent: Agent, wiring: Wiring, opening: Opening) -> None:
        log = opening.log
        self.id = session_id
        self.agent = agent
        self.bus = wiring.bus
        self.settings = Settings(
            mode=opening.mode, provider=agent.provider, effort=agent.effort, on_ask=opening.on_ask, caps=wiring.caps
        )
        self.people = People(numbers=count(recovery.asked(log) + 1))
        self._clock = wiring.clock
        self._models = wiring.models
        self._jobs = wiring.jobs
        self._crew = wiring.crew
        self._journal = wiring.journal
        self._seq = log[-1].seq if log else 0
        self._missing = tuple(recovery.endings(log))
        self._closed = False
        self._tasks = asyncio.TaskGroup()
        self.desk = self.desk_of(agent, self.settings)
        self._active = Active(agent, self.desk, self._tasks, wiring, runs_before=recovery.runs(log))
        self._log = log

    async def __aenter__(self) -> Self:
        log, self._log = self._log, ()
        for number, envelope in enumerate(log, 1):
            self.desk.hear(envelope)
            self.settings.caps.recall(envelope)
            if number % SLICE == 0:
                await asyncio.sleep(0)
        await self._tasks.__aenter__()
        missing, self._missing = self._missing, ()
        for run, agent, event in missing:
            self._publish(run, agent, event)
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.submit(Close())
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._jobs.close()
            self.bus.close()

    @property
    def seq(self) -> int:
        """The seq of the newest envelope."""
        return self._seq

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        return self._active.running

    async def settled(self) -> None:
        """Return once no run is active and none can start by itself."""
        await self._active.settled()

    def during(self, work: Callable[[], Coroutine[None, None, None]], name: str) -> bool:
        """Do some work that raises nothing, with no run beside it; False where something is under way already."""
        if self.running or self._closed:
            return False
        self._active.start(work(), name)
        return True

    def desk_of(self, agent: Agent, terms: Terms) -> Desk:
        """A place for an agent in this session: the same log and the same people, a conversation of its own.

        What an agent spends counts for the session's own one, too.
        """
        desk = Desk(
            agent.name,
            append=self.append,
            journal=self._journal,
            clock=self._clock,
            settings=terms,
            people=self.people,
        )
        desk.facts = agent.facts
        desk.news = self._jobs.news
        return desk

    def append(self, agent: str, event: Event) -> Envelope:
        """Stamp an event and send it to everybody."""
        return self._publish(self._active.run_id, agent, event)

    def submit(self, op: Op) -> None:
        """Take in an op; what comes of it is seen on the bus."""
        if isinstance(op, Steer | Interrupt) and op.agent not in ("", self.agent.name):
            if refused := self._crew.take(op):
                self._warn(refused)
        else:
            self._take(op)

    def _take(self, op: Op) -> None:
        match op:
            case Prompt():
                self._prompt(op)
            case Steer(text=text):
                self._steer(text)
            case Decide():
                self.people.approvals.settle(op)
            case Answer():
                self.people.questions.settle(op)
            case Interrupt(reason=reason):
                self._active.interrupt(reason)
            case Close():
                self._closed = True
                self._active.clear()
                self._active.interrupt("the session was closed")
            case Background() | StopJob():
                if refused := self._jobs.take(op):
                    self._warn(refused)
            case Escalate():
                escalating.escalate(self.desk, running=self.running)
            case _:
                self._change(op)

    def _change(self, op: Compact | Restore | Drop | SetModel | SetMode | SetCap | Rewind | Rename) -> None:
        match op:
            case SetMode(mode=mode):
                self.settings.mode = mode
                self._tell(ModeChanged(mode=mode))
            case SetModel():
                self._set_model(op)
            case SetCap(period=period, usd=usd):
                self._tell(CapChanged(period=period, usd=usd))
            case Rename(title=title):
                self._tell(SessionRenamed(title=title))
            case Rewind() | Compact() | Restore() if self.running:
                self._warn(BUSY)
            case Drop():
                dropping.drop(self.agent, self.desk, op)
            case Restore():
                shortening.restore(self.desk, op)
            case Rewind(seq=seq):
                self._rewind(seq)
            case Compact(focus=focus) if not self._closed:
                self._active.start(shortening.shorten(self.agent, self.desk, focus), "compact")
            case Compact():
                self._warn(CLOSED)

    def _publish(self, run: str, agent: str, event: Event) -> Envelope:
        self._seq += 1
        envelope = Envelope(seq=self._seq, at=self._clock.now(), session=self.id, run=run, agent=agent, event=event)
        self.desk.hear(envelope)
        self.settings.caps.take(envelope)
        self.bus.publish(envelope)
        return envelope

    def _tell(self, event: Event) -> None:
        self.append(self.agent.name, event)

    def _warn(self, text: str) -> None:
        self._tell(Notice(level="warning", text=text))

    def _steer(self, text: str) -> None:
        if self.running:
            self.desk.say(text)
        else:
            self._prompt(Prompt(content=(Text(text=text),)))

    def _prompt(self, op: Prompt) -> None:
        if self._closed:
            self._warn(CLOSED)
        else:
            self._active.prompt(op)

    def _rewind(self, seq: int) -> None:
        if 1 <= seq <= self._seq:
            self._tell(Rewound(to=seq))
        else:
            self._warn(NO_SUCH_PLACE.format(seq=seq, last=self._seq))

    def _set_model(self, op: SetModel) -> None:
        try:
            if op.model or op.provider:
                if self._models is None:
                    raise HeartbitError(NO_MODELS)
                self.settings.provider = self._models(op)
        except HeartbitError as error:
            self._tell(Notice(level="error", text=str(error)))
            return
        provider, self.settings.effort = self.settings.provider, op.effort or self.settings.effort
        self._tell(ModelChanged(provider=provider.name, model=provider.model, effort=self.settings.effort))
