"""A session: ops go in, envelopes come out."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Self

from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.desk import Desk, People, Settings
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    ModeChanged,
    ModelChanged,
    Notice,
    PromptQueued,
    Rewound,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    Terminal,
    TextDelta,
    ToolAnswered,
)
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import Assistant, StopReason, Text
from heartbit_tui.kernel.ops import (
    Answer,
    Close,
    Compact,
    Decide,
    Interrupt,
    Mode,
    Op,
    Prompt,
    Rename,
    Rewind,
    SetMode,
    SetModel,
    Steer,
)
from heartbit_tui.kernel.protocols import Agent, Clock, Journal, Provider, Request
from heartbit_tui.kernel.runs import run

CRASHED = "heartbit was stopped while this run was active"
BUSY = "Not while a run is active: interrupt it first."
NOTHING_TO_COMPACT = "There is nothing to shorten yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a session is connected to; `models` finds the provider that a `SetModel` asks for."""

    bus: Bus
    journal: Journal
    clock: Clock
    models: Callable[[SetModel], Provider] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a session begins: `log` holds the envelopes of one that is taken up again."""

    log: Sequence[Envelope] = ()
    mode: Mode = Mode.ASK
    on_ask: OnAsk = "person"


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
        self.settings = Settings(mode=opening.mode, provider=agent.provider, effort=agent.effort, on_ask=opening.on_ask)
        self.people = People()
        self._clock = wiring.clock
        self._models = wiring.models
        self._log = log
        self._seq = log[-1].seq if log else 0
        self._runs = sum(isinstance(envelope.event, RunStarted) for envelope in log)
        self._run_id = ""
        self._active: asyncio.Task[None] | None = None
        self._queue: deque[Prompt] = deque()
        self._why = ""
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks = asyncio.TaskGroup()
        self.desk = Desk(
            agent.name,
            append=self.append,
            journal=wiring.journal,
            clock=wiring.clock,
            settings=self.settings,
            people=self.people,
        )
        self.desk.facts = agent.facts
        for envelope in log:
            self.desk.conversation.apply(envelope)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._recover()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.submit(Close())
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            self.bus.close()

    @property
    def seq(self) -> int:
        """The seq of the newest envelope."""
        return self._seq

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        return self._active is not None

    async def settled(self) -> None:
        """Return once no run is active and none can start by itself."""
        await self._idle.wait()

    def append(self, agent: str, event: Event) -> Envelope:
        """Stamp an event and send it to everybody."""
        self._seq += 1
        envelope = Envelope(
            seq=self._seq, at=self._clock.now(), session=self.id, run=self._run_id, agent=agent, event=event
        )
        if agent == self.desk.agent:
            self.desk.conversation.apply(envelope)
        self.bus.publish(envelope)
        return envelope

    def submit(self, op: Op) -> None:
        """Take in an op; what comes of it is seen on the bus."""
        match op:
            case Prompt():
                self._prompt(op)
            case Steer(text=text) if self.running:
                self.desk.say(text)
            case Steer(text=text):
                self._prompt(Prompt(content=(Text(text=text),)))
            case Decide():
                self.people.approvals.settle(op)
            case Answer():
                self.people.questions.settle(op)
            case Interrupt(reason=reason):
                self._interrupt(reason)
            case Close():
                self._queue.clear()
                self._interrupt("the session was closed")
            case _:
                self._change(op)

    def _change(self, op: Compact | SetModel | SetMode | Rewind | Rename) -> None:
        match op:
            case SetMode(mode=mode):
                self.settings.mode = mode
                self._tell(ModeChanged(mode=mode))
            case SetModel():
                self._set_model(op)
            case Rename(title=title):
                self._tell(SessionRenamed(title=title))
            case Rewind() | Compact() if self.running:
                self._tell(Notice(level="warning", text=BUSY))
            case Rewind(seq=seq):
                self._tell(Rewound(to=seq))
            case Compact(focus=focus):
                self._start(self._shorten(focus), "compact")

    def _tell(self, event: Event) -> None:
        self.append(self.agent.name, event)

    def _prompt(self, op: Prompt) -> None:
        self._queue.append(op)
        if self.running:
            words = "".join(block.text for block in op.content if isinstance(block, Text))
            self._tell(PromptQueued(text=words, position=len(self._queue)))
        else:
            self._next()

    def _next(self) -> None:
        """Start the prompt that has waited longest."""
        if not self._queue:
            self._idle.set()
            return
        self._runs += 1
        self._run_id = f"run-{self._runs}"
        prompt = self._queue.popleft()
        self._start(run(self.agent, self.desk, prompt, why=lambda: self._why), self._run_id)

    def _start(self, work: Coroutine[None, None, None], name: str) -> None:
        self._idle.clear()
        self._why = ""
        self._active = self._tasks.create_task(work, name=name)
        self._active.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._active = None
        self._run_id = ""
        if task.cancelled():
            self._idle.set()
        else:
            self._next()

    def _interrupt(self, reason: str) -> None:
        if self._active is not None and not self._why:
            self._why = reason
            self._active.cancel()

    def _set_model(self, op: SetModel) -> None:
        try:
            if self._models is not None and (op.model or op.provider):
                self.settings.provider = self._models(op)
        except HeartbitError as error:
            self._tell(Notice(level="error", text=str(error)))
            return
        self.settings.effort = op.effort or self.settings.effort
        provider = self.settings.provider
        self._tell(ModelChanged(provider=provider.name, model=provider.model, effort=self.settings.effort))

    async def _shorten(self, focus: str) -> None:
        request = Request(system=self.agent.system, messages=self.desk.messages())
        try:
            view = await self.agent.context.shorten(request, turn=0, focus=focus)
        except HeartbitError as error:
            self._tell(Notice(level="error", text=str(error)))
            return
        for event in view.events if view else (Notice(level="info", text=NOTHING_TO_COMPACT),):
            self._tell(event)

    def _recover(self) -> None:
        """Close a run that a crash cut off: keep the text it had shown, answer its calls, end it."""
        ends = [i for i, envelope in enumerate(self._log) if isinstance(envelope.event, Terminal)]
        open_run = self._log[ends[-1] + 1 if ends else 0 :]
        started = [envelope for envelope in open_run if isinstance(envelope.event, RunStarted)]
        if not started:
            return
        self._run_id = started[-1].run
        shown = _cut_off_text(open_run)
        if shown:
            partial = Assistant(content=(Text(text=shown),), stop=StopReason.INTERRUPTED)
            self._tell(AssistantMessage(message=partial))
        for result in self.desk.unanswered():
            self._tell(ToolAnswered(result=result))
        self._tell(RunInterrupted(reason=CRASHED))
        self._run_id = ""


def _cut_off_text(log: Sequence[Envelope]) -> str:
    """What was shown of an answer that never became a message."""
    shown: list[str] = []
    for envelope in log:
        match envelope.event:
            case TextDelta(text=text):
                shown.append(text)
            case AssistantMessage():
                shown.clear()
            case _:
                pass
    return "".join(shown)
