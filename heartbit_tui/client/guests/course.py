"""What goes on between a guest and a session: what was told of it, and what is on its way to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel

from heartbit_tui.client.guests.answers import State
from heartbit_tui.client.guests.bodies import Prompted
from heartbit_tui.client.guests.known import Known
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.bus import Bus, Subscription
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    JobEnded,
    JobStarted,
    ModeChanged,
    Notice,
    QuestionAsked,
    RunStarted,
    Terminal,
)
from heartbit_tui.kernel.ledger import Ledger
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Op, Prompt, SetMode
from heartbit_tui.kernel.session import BUSY
from heartbit_tui.runtime.planning import EDIT
from heartbit_tui.undo.past import Past
from heartbit_tui.wire.write import dump

AGENT: Final = "heartbit"
TURN: Final = 1.0
"""Seconds between two looks whether a prompt that waits for its turn was given up."""

ENDED: Final = frozenset({"completed", "failed", "cancelled"})
MOST: Final = 20
"""Commands in the background whose output is asked for, the newest."""

NOT_TAKEN: Final = "Your prompt was not taken up: {why}"


class Course:
    """Folds what happens in a session, and sends what its guest does, one after the other.

    `keep`, `watch` and `send` work for it until they are cancelled.
    """

    def __init__(self, visit: Visit, found: tuple[State, Outlook]) -> None:
        self.bus = Bus()
        self.ledger, self.past = Ledger(), Past()
        self._mode = found[0].mode
        self._modes = list[Mode]()
        """The modes that were asked for and of which nothing was heard yet."""
        self.seq = 0
        self._visit = visit
        self._jobs = dict[str, None]()
        self.known = Known(visit, *found, lambda: ",".join(tuple(self._jobs)[-MOST:]))
        self._ops: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self.runs = False
        """Whether a run is active, as far as the log tells it."""
        self._asked = 0
        """How many prompts and commands are on their way that set off a run, or something like it."""
        self.plan_asked = ""
        """The id of the newest question that offers to edit a plan."""
        self._tasks = dict[str, None]()
        """The prompts that were taken and of which nothing was heard yet, by the ids of their tasks."""
        self._handed = asyncio.Event()
        self._idle = asyncio.Event()
        self._early: Subscription | None = self.bus.subscribe()
        """What the first reader gets: nothing that comes before it looks is lost."""

    @property
    def mode(self) -> Mode:
        """The mode that holds, or will once what was sent has arrived: who asks for the next one asks for that after this."""
        return self._modes[-1] if self._modes else self._mode

    @property
    def running(self) -> bool:
        """Whether a run is active, or about to be."""
        return self.runs or self._asked > 0 or bool(self._tasks) or self.known.state.running

    def begin(self, log: Iterable[Envelope], told: Iterable[Envelope]) -> None:
        """Take in what was, and tell what of it goes on."""
        for envelope in log:
            self._fold(envelope)
        for envelope in told:
            self.bus.publish(envelope)
        self._settle()

    def reader(self) -> Subscription:
        """What happens from now on; for the first one, from the beginning on."""
        early, self._early = self._early, None
        return early or self.bus.subscribe()

    def take(self, envelope: Envelope) -> None:
        """Take in what has happened there."""
        self._fold(envelope)
        self.bus.publish(envelope)
        self._settle()
        if not isinstance(envelope.event, Delta):
            self.known.touch()

    def tell(self, text: str) -> None:
        """A notice of this side's own, which stands in no log."""
        event = Notice(level="warning", text=text)
        now, session = datetime.now(UTC), self._visit.session_id
        self.bus.publish(Envelope(seq=self.seq, at=now, session=session, run="", agent=AGENT, event=event))

    async def settled(self) -> None:
        """Return once no run is active and none can start by itself, and that is known here."""
        while self.running or not self._ops.empty():
            await self._idle.wait()
            await self._ops.join()
            await self.known.fresh()
            await self.known.busy()

    async def keep(self) -> None:
        """Keep what is known beside the log in line with the session."""
        await self.known.keep(self._settle, lambda: not self.runs)

    async def watch(self) -> None:
        """See what becomes of prompts that wait for their turn: one may end before it has begun."""
        while True:
            await self._handed.wait()
            await asyncio.sleep(TURN)
            for name in tuple(self._tasks):
                with suppress(HeartbitError):
                    task = await self._visit.task(name)
                    if task["state"] in ENDED and name in self._tasks:
                        self._tasks.pop(name)
                        self.tell(NOT_TAKEN.format(why=task.get("error", task["state"])))
            if not self._tasks:
                self._handed.clear()
            self._settle()

    async def send(self) -> None:
        """Send what the person did, one after the other."""
        while True:
            work = await self._ops.get()
            try:
                await work()
            finally:
                self._ops.task_done()

    def submit(self, op: Op) -> None:
        """Send an op; what is refused is told as a notice."""
        if isinstance(op, SetMode):
            self._modes.append(op.mode)
            self.put(lambda: self._set(op))
            return
        self.put(lambda: self._sent(op), begins=isinstance(op, Prompt))

    async def do(self, name: str, body: BaseModel) -> Any:
        """Have a command done after what was sent before it, and know what came of it."""
        await self._ops.join()
        found = await self._visit.command(name, body)
        await self.known.fresh()
        return found

    def later(self, name: str, body: BaseModel) -> None:
        """Have a command done that sets something off. Raises `HeartbitError` while a run is active."""
        if self.running:
            raise HeartbitError(BUSY)
        self.put(lambda: self._visit.command(name, body), begins=True)

    def put(self, work: Callable[[], Awaitable[object]], *, begins: bool = False) -> None:
        """Have something done after what was put before; a fault is told as a notice."""

        async def done() -> None:
            try:
                await work()
                if begins:
                    await self.known.fresh()
            except HeartbitError as error:
                self.tell(str(error))
            finally:
                self._asked -= begins
                self._settle()

        self._asked += begins
        self._settle()
        self._ops.put_nowait(done)

    async def _set(self, op: SetMode) -> None:
        try:
            await self._visit.op(dump(op))
            await self.known.fresh()  # by then its event has come, where the session has taken it
        finally:
            self._modes.remove(op.mode)

    async def _sent(self, op: Op) -> None:
        if not isinstance(op, Prompt):
            await self._visit.op(dump(op))
        elif op.workflow or not all(isinstance(part, Text) for part in op.content):
            await self._visit.command("prompt", Prompted(prompt=dict(dump(op))))
        else:
            words = "".join(part.text for part in op.content if isinstance(part, Text))
            self._tasks[await self._visit.prompt(words)] = None
            self._handed.set()

    def _fold(self, envelope: Envelope) -> None:
        self.seq = max(self.seq, envelope.seq)
        self.ledger.take(envelope)
        self.past.take(envelope)
        match envelope.event:
            case ModeChanged(mode=mode):
                self._mode = mode
            case QuestionAsked(id=id, questions=questions) if any(EDIT in each.options for each in questions):
                self.plan_asked = id
            case JobStarted(id=id):
                self._jobs[id] = None
            case JobEnded(id=id):
                self._jobs.pop(id, None)
            case RunStarted() if envelope.agent == AGENT:
                self.runs = True
                self._tasks.pop(next(iter(self._tasks), ""), None)
            case event if isinstance(event, Terminal) and envelope.agent == AGENT:
                self.runs = False
            case _:
                pass

    def _settle(self) -> None:
        if self.running:
            self._idle.clear()
        else:
            self._idle.set()
