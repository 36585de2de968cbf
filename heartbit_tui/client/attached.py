"""A session of a daemon, seen as a client: what happens comes as server-sent events, what a person does goes as requests."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from heartbit_tui.client.commands import Command
from heartbit_tui.client.counterparts import Counterpart, Kind, LookUp
from heartbit_tui.client.guests.answers import State
from heartbit_tui.client.guests.course import AGENT, Course
from heartbit_tui.client.guests.listening import Listening, read
from heartbit_tui.client.guests.memory import AwayMemory
from heartbit_tui.client.guests.parts import AwayGoals, AwayMeters, AwayPlans, AwayServers, AwayUndo
from heartbit_tui.client.guests.place import Opens, Place
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.client.served import Served
from heartbit_tui.client.types import About, Commands, Goals, Plans
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.kernel.events import Delta, Envelope, RunStarted, Terminal
from heartbit_tui.kernel.ledger import Line
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Answer, Close, Mode, Op
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Which
from heartbit_tui.runtime.planning import EDIT
from heartbit_tui.store import ids

if TYPE_CHECKING:
    from heartbit_tui.client.memories import Memory
    from heartbit_tui.lsp.types import Named

PAUSE: Final = 0.3
"""Seconds between two looks whether a task that waits was begun."""

NOT_FOUND: Final = 404
NAMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""What the id of a session or a task is made of, or its beginning: nothing that could lead to another address."""

NO_SUCH: Final = "No session and no task {wanted!r}."
SHORTEST: Final = 4
"""Letters of the beginning of an id, for a session; task ids are looked for first."""

MOST: Final = 500
"""Sessions among which the beginning of an id is looked for, the newest."""

ONLY_SEEN: Final = "You see this session and cannot take part in it: {why}"


def _at_once() -> float:
    return 0.0


@asynccontextmanager
async def attached(url: str, token: str, wanted: str) -> AsyncGenerator["Attached"]:
    """The session of a daemon that `wanted` means, by its own id or by that of a task in it.

    It goes on when this is left. Raises `RemoteError`.
    """
    async with Remote.open(url, token) as remote:
        shown = await session_of(remote, wanted)
        visit = Visit(remote, str(shown["id"]), str(shown.get("daemon", "")))
        found = await _looked(visit, shown)
        log = read((await remote.ask("GET", f"/sessions/{visit.session_id}/log"))["events"])
        course, begun = Course(visit, found), _open_run(log)
        course.begin(log, log[begun:])  # a run that goes on is told as it happens: it may wait for an answer
        listening = Listening(remote, visit, course.take, course.tell)
        work = [
            asyncio.create_task(each, name=f"attached to {visit.session_id}")
            for each in (listening.run(course.seq, course.bus.close), course.send(), course.keep(), course.watch())
        ]
        try:
            yield Attached(visit, course, log[:begun], str(shown["cwd"]))
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            course.bus.close()


def connecting(url: str, token: str, wanted: str) -> Opens:
    """The same as a surface opens sessions; what its options say of a session counts for nothing there."""
    return lambda options: attached(url, token, wanted)


def _beside(visit: Visit, which: Which) -> Opens:
    """Opens another session of the same daemon: a new one beside that of a visit, a copy of one, or one that is there."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Attached]:
        wanted = "" if isinstance(which, New) else which.id
        async with Remote.open(visit.remote.url, visit.remote.token) as remote:
            if isinstance(which, New):
                wanted = (await Visit(remote, visit.session_id, visit.daemon).command("new")).id
            elif which.fork:
                source = str((await session_of(remote, which.id))["id"])
                wanted = (await Visit(remote, source, visit.daemon).command("fork")).id
        async with attached(visit.remote.url, visit.remote.token, wanted) as client:
            yield client

    return lambda options: opened()


class Attached:
    """A `Client` of a session that a daemon has; all who are attached to it see the same, and the first answer counts."""

    def __init__(self, visit: Visit, course: Course, log: tuple[Envelope, ...], cwd: str) -> None:
        self.remote = visit.remote
        """The way to its daemon."""
        self._visit = visit
        self._course = course
        self._known = course.known
        self._log = log
        self._cwd = cwd
        self._place = Place(visit, course.do, cwd, lambda which: _beside(visit, which))
        known, do, later = course.known, course.do, course.later
        self.served: Served | None = AwayServers(known, do) if known.state.servers is not None else None
        self._plans = AwayPlans(known, visit, later, course.put)
        self.plans: Plans | None = self._plans
        self.goals: Goals | None = AwayGoals(known, do, later)
        self.commands: Commands | None = None
        self.undo = AwayUndo(course.past, do)
        self.meters = AwayMeters(known, visit)
        self.counterparts: LookUp = self._counterparts

    @property
    def about(self) -> About:
        state = self._known.state
        return About(
            session_id=self._visit.session_id,
            cwd=self._cwd,
            provider=state.provider,
            model=state.model,
            mode=self.mode,
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
            elsewhere=self._place,
        )

    @property
    def running(self) -> bool:
        return self._course.running

    @property
    def mode(self) -> Mode:
        return self._course.mode

    @property
    def history(self) -> tuple[Envelope, ...]:
        return self._log

    async def whole(self) -> tuple[Envelope, ...]:
        return self._log

    def costs(self) -> tuple[Line, ...]:
        return self._course.ledger.lines()

    def output(self, job: str) -> str:
        self._known.looked()
        return self._known.state.outputs.get(job, "")

    def memories(self) -> "Memory | None":
        return AwayMemory(self._visit, self._course.do, SystemClock()) if self._known.state.memory else None

    def submit(self, op: Op) -> None:
        """Send an op to the daemon, but for the one that would close its session."""
        if not isinstance(op, Close):
            self._course.submit(op)
        if isinstance(op, Answer) and op.id == self._course.plan_asked and op.answers == ((EDIT.label,),):
            self._plans.answered()

    async def settled(self) -> None:
        await self._course.settled()

    async def finish(self) -> int:
        return self._course.seq

    def envelopes(self) -> AsyncIterator[Envelope]:
        return self._course.reader()

    async def batches(self, pause: Callable[[], float] = _at_once) -> AsyncIterator[tuple[Envelope, ...]]:
        """What happens, in batches; what stands beside it, such as the meters, is known as of then or later."""
        reader = self._course.reader()
        while await reader.wait():
            with suppress(TimeoutError):
                async with asyncio.timeout(pause()):
                    await reader.fact()
            batch = reader.drain()
            if any(not isinstance(each.event, Delta) for each in batch) and not self._course.runs:
                await self._known.fresh()
            yield batch

    def _counterparts(self, kind: Kind) -> tuple[Counterpart, ...]:
        self._known.looked()
        return self._known.state.languages if kind == "lsp" else self._known.state.agents

    async def _offers(self) -> tuple[Command, ...]:
        return tuple(await self._visit.look("offers"))

    async def _names(self, text: str) -> "tuple[Named, ...]":
        return tuple(await self._visit.look("names", text=text[:400]))


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


async def session_of(remote: Remote, wanted: str) -> JsonObject:
    """The session with this id, or the beginning of one, as it stands; of a task that still waits, once it is begun."""
    if not NAMED.fullmatch(wanted):
        raise RemoteError(NO_SUCH.format(wanted=wanted), status=NOT_FOUND)
    with suppress(RemoteError):
        return await remote.ask("GET", f"/sessions/{wanted}")
    try:
        task = await remote.find(wanted)
    except RemoteError as error:
        if error.status != NOT_FOUND:
            raise
        if len(wanted) >= SHORTEST:
            known = (await remote.ask("GET", f"/sessions?limit={MOST}"))["sessions"]
            with suppress(StoreError):
                found = ids.resolve(wanted, [str(each["id"]) for each in known])
                return await remote.ask("GET", f"/sessions/{found}")
        raise RemoteError(NO_SUCH.format(wanted=wanted), status=NOT_FOUND) from error
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
