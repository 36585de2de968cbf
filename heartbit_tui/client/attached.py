"""A session of a daemon, seen as a client: what happens comes as server-sent events, what a person does goes as requests."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from heartbit_tui.client.commands import Command
from heartbit_tui.client.counterparts import Counterpart, Kind
from heartbit_tui.client.guests.answers import State
from heartbit_tui.client.guests.bodies import Prompted
from heartbit_tui.client.guests.known import Known
from heartbit_tui.client.guests.listening import Listening, read
from heartbit_tui.client.guests.memory import AwayMemory
from heartbit_tui.client.guests.parts import ELSEWHERE, AwayGoals, AwayMeters, AwayPlans, AwayServers, AwayUndo
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.client.types import About
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
    RunStarted,
    Terminal,
)
from heartbit_tui.kernel.ledger import Ledger, Line
from heartbit_tui.kernel.messages import JsonObject, Text
from heartbit_tui.kernel.ops import Close, Mode, Op, Prompt
from heartbit_tui.kernel.session import BUSY
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.undo.past import Past
from heartbit_tui.wire.write import dump

if TYPE_CHECKING:
    from heartbit_tui.client.memories import Memory
    from heartbit_tui.lsp.types import Named

AGENT: Final = "heartbit"
PAUSE: Final = 0.3
"""Seconds between two looks whether a task that waits was begun."""

TURN: Final = 1.0
"""Seconds between two looks whether a prompt that waits for its turn was given up."""

ENDED: Final = frozenset({"completed", "failed", "cancelled"})
ONLY_SEEN: Final = "You see this session and cannot take part in it: {why}"


def _at_once() -> float:
    return 0.0


@asynccontextmanager
async def attached(url: str, token: str, wanted: str) -> AsyncGenerator["Attached"]:
    """The session of a daemon that `wanted` means, by its own id or by that of a task in it.

    It goes on when this is left. Raises `RemoteError`.
    """
    async with Remote.open(url, token) as remote:
        shown = await _session_of(remote, wanted)
        visit = Visit(remote, str(shown["id"]), str(shown.get("daemon", "")))
        state, outlook = await _looked(visit, shown)
        log = (await remote.ask("GET", f"/sessions/{visit.session_id}/log"))["events"]
        client = Attached(visit, shown, read(log), (state, outlook))
        listening = Listening(remote, visit, client.take, client.tell)
        work = [
            asyncio.create_task(each, name=f"attached to {visit.session_id}")
            for each in (listening.run(client.seq, client.close), client.send(), client.keep(), client.watch())
        ]
        try:
            yield client
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            client.close()


class Attached:
    """A `Client` of a session that a daemon has; all who are attached to it see the same, and the first answer counts."""

    def __init__(
        self, visit: Visit, shown: JsonObject, log: tuple[Envelope, ...], found: tuple[State, Outlook]
    ) -> None:
        self._visit = visit
        self._shown = shown
        begun = _open_run(log)
        self._log = log[:begun]
        self._bus = Bus()
        self._early: Subscription | None = self._bus.subscribe()
        """What the first reader gets: nothing that comes before it looks is lost."""
        self._ledger, self._past, self._jobs = Ledger(), Past(), dict[str, None]()
        self._ops: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._running = False
        self._asked = 0
        """How many prompts and commands are on their way that set off a run, or something like it."""
        self._tasks = dict[str, None]()
        """The prompts that were taken and of which nothing was heard yet, by the ids of their tasks."""
        self._handed = asyncio.Event()
        self._idle = asyncio.Event()
        self._known = Known(visit, *found, lambda: ",".join(self._jobs))
        self._mode = found[0].mode
        self.seq = 0
        for envelope in log:
            self._fold(envelope)
        for envelope in log[begun:]:  # a run that goes on is told as it happens: it may wait for an answer
            self._bus.publish(envelope)
        self._settle()
        self.served = AwayServers(self._known, self._do) if found[0].servers is not None else None
        self.plans = AwayPlans(self._known, self._later)
        self.goals = AwayGoals(self._known, self._do, self._later)
        self.undo = AwayUndo(self._past, self._do)
        self.meters = AwayMeters(self._known, visit)

    @property
    def about(self) -> About:
        state = self._known.state
        return About(
            session_id=self._visit.session_id,
            cwd=str(self._shown["cwd"]),
            provider=state.provider,
            model=state.model,
            mode=self._mode,
            tools=state.tools,
            mcp_servers=state.servers or (),
            skills=state.skills,
            warnings=state.warnings,
            sandbox=state.sandbox,
            safety=state.safety,
            effort=state.effort,
            offers=self._offers,
            workflows=state.workflows,
            names=self._names,
            elsewhere=ELSEWHERE,
        )

    @property
    def running(self) -> bool:
        return self._running or self._asked > 0 or bool(self._tasks) or self._known.state.running

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def history(self) -> tuple[Envelope, ...]:
        return self._log

    async def whole(self) -> tuple[Envelope, ...]:
        return self._log

    def costs(self) -> tuple[Line, ...]:
        return self._ledger.lines()

    def counterparts(self, kind: Kind, /) -> tuple[Counterpart, ...]:
        self._known.looked()
        return self._known.state.languages if kind == "lsp" else self._known.state.agents

    def output(self, job: str) -> str:
        self._known.looked()
        return self._known.state.outputs.get(job, "")

    def memories(self) -> "Memory | None":
        return AwayMemory(self._visit, self._do, SystemClock()) if self._known.state.memory else None

    def submit(self, op: Op) -> None:
        """Send an op to the daemon; what it refuses is told as a notice."""
        if isinstance(op, Close):  # the session is the daemon's
            return
        self._put(lambda: self._sent(op), begins=isinstance(op, Prompt))

    async def settled(self) -> None:
        while self.running or not self._ops.empty():
            await self._idle.wait()
            await self._ops.join()
            await self._known.fresh()
            await self._known.busy()

    async def finish(self) -> int:
        return self.seq

    def envelopes(self) -> AsyncIterator[Envelope]:
        return self._reader()

    async def batches(self, pause: Callable[[], float] = _at_once) -> AsyncIterator[tuple[Envelope, ...]]:
        """What happens, in batches; what stands beside it, such as the meters, is known as of then or later."""
        reader = self._reader()
        while await reader.wait():
            with suppress(TimeoutError):
                async with asyncio.timeout(pause()):
                    await reader.fact()
            batch = reader.drain()
            if any(not isinstance(each.event, Delta) for each in batch) and not self._running:
                await self._known.fresh()
            yield batch

    def close(self) -> None:
        """Let all readers end."""
        self._bus.close()

    def take(self, envelope: Envelope) -> None:
        """Take in what has happened there."""
        self._fold(envelope)
        self._bus.publish(envelope)
        self._settle()
        if not isinstance(envelope.event, Delta):
            self._known.touch()

    def tell(self, text: str) -> None:
        """A notice of this side's own, which stands in no log."""
        event = Notice(level="warning", text=text)
        now = datetime.now(UTC)
        self._bus.publish(
            Envelope(seq=self.seq, at=now, session=self._visit.session_id, run="", agent=AGENT, event=event)
        )

    async def keep(self) -> None:
        """Keep what is known beside the log in line with the session."""
        await self._known.keep(self._settle, lambda: not self._running)

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
                        self.tell(f"Your prompt was not taken up: {task.get('error', task['state'])}")
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

    def _put(self, work: Callable[[], Awaitable[object]], *, begins: bool = False) -> None:
        """Have something done after what was put before; a fault is told as a notice."""

        async def done() -> None:
            try:
                await work()
                if begins:
                    await self._known.fresh()
            except HeartbitError as error:
                self.tell(str(error))
            finally:
                self._asked -= begins
                self._settle()

        self._asked += begins
        self._settle()
        self._ops.put_nowait(done)

    async def _sent(self, op: Op) -> None:
        if not isinstance(op, Prompt):
            await self._visit.op(dump(op))
        elif op.workflow or not all(isinstance(part, Text) for part in op.content):
            await self._visit.command("prompt", Prompted(prompt=dict(dump(op))))
        else:
            words = "".join(part.text for part in op.content if isinstance(part, Text))
            self._tasks[await self._visit.prompt(words)] = None
            self._handed.set()

    async def _do(self, name: str, body: BaseModel) -> Any:
        """Have a command done after what was sent before it, and know what came of it."""
        await self._ops.join()
        found = await self._visit.command(name, body)
        await self._known.fresh()
        return found

    def _later(self, name: str, body: BaseModel) -> None:
        """Have a command done that sets something off. Raises `HeartbitError` while a run is active."""
        if self.running:
            raise HeartbitError(BUSY)
        self._put(lambda: self._visit.command(name, body), begins=True)

    async def _offers(self) -> tuple[Command, ...]:
        return tuple(await self._visit.look("offers"))

    async def _names(self, text: str) -> "tuple[Named, ...]":
        return tuple(await self._visit.look("names", text=text))

    def _reader(self) -> Subscription:
        early, self._early = self._early, None
        return early or self._bus.subscribe()

    def _fold(self, envelope: Envelope) -> None:
        self.seq = max(self.seq, envelope.seq)
        self._ledger.take(envelope)
        self._past.take(envelope)
        match envelope.event:
            case ModeChanged(mode=mode):
                self._mode = mode
            case JobStarted(id=id):
                self._jobs[id] = None
            case JobEnded(id=id):
                self._jobs.pop(id, None)
            case RunStarted() if envelope.agent == AGENT:
                self._running = True
                self._tasks.pop(next(iter(self._tasks), ""), None)
            case event if isinstance(event, Terminal) and envelope.agent == AGENT:
                self._running = False
            case _:
                pass

    def _settle(self) -> None:
        if self.running:
            self._idle.clear()
        else:
            self._idle.set()


async def _looked(visit: Visit, shown: JsonObject) -> tuple[State, Outlook]:
    """How the session stands, opened for that; what is known of one in which one cannot take part."""
    try:
        await visit.command("open")
        return await visit.view("state"), await visit.view("context")
    except HeartbitError as error:
        state = State(
            running=bool(shown.get("running")),
            provider=str(shown["provider"]),
            model=str(shown["model"]),
            mode=Mode(shown.get("mode") or Mode.ASK.value),
            tools=tuple(shown.get("tools", ())),
            sandbox=str(shown.get("sandbox", "")),
            warnings=(*shown.get("warnings", ()), ONLY_SEEN.format(why=error)),
        )
        return state, Outlook()


async def _session_of(remote: Remote, wanted: str) -> JsonObject:
    """The session as it stands; of a task that still waits, once it is begun."""
    with suppress(RemoteError):
        return await remote.ask("GET", f"/sessions/{wanted}")
    task = await remote.find(wanted)
    while True:
        session_id, waits = task.get("session_id", "-"), task["state"] in ("pending", "running")
        try:
            return await remote.ask("GET", f"/sessions/{session_id}")
        except RemoteError:
            if not waits:
                raise
        await asyncio.sleep(PAUSE)
        task = await remote.task(str(task["id"]))


def _open_run(log: tuple[Envelope, ...]) -> int:
    """Where in a log the run begins that has no end; its length where all have ended."""
    begun = len(log)
    for index, envelope in enumerate(log):
        if envelope.agent == AGENT and isinstance(envelope.event, RunStarted):
            begun = index
        elif envelope.agent == AGENT and isinstance(envelope.event, Terminal):
            begun = len(log)
    return begun
