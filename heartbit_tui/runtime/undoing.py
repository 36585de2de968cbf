"""What makes the calls of a session undoable: the workspace is watched, and going back is offered."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import AssistantMessage, Envelope, Event, JobEnded, JobStarted, RunStarted, clip
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Clock, Tool
from heartbit_tui.kernel.session import BUSY, Session
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.opening import SLICE, UNDO, Place
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.undo.intent import UndoError
from heartbit_tui.undo.past import Past, Point
from heartbit_tui.undo.spans import AT_WORK, Spans
from heartbit_tui.undo.tool import Lines, Watched, watched

if TYPE_CHECKING:
    from heartbit_tui.undo.engine import Engine
    from heartbit_tui.undo.intent import Restored, What
    from heartbit_tui.undo.net import Net
    from heartbit_tui.undo.preview import Preview
    from heartbit_tui.undo.service import Service
    from heartbit_tui.undo.watch import Watch

HEAD_START = 0.3
"""Seconds after which a run that works is taken to be one of more than a few words: the workspace is looked at."""

OWN = "A command of yours still runs: ! {command}. Esc ends it."

COMMANDS = "bash"
"""The tool whose calls change files only where their command line does."""

PARTS = "heartbit_tui.runtime.undo_parts"
NET = "heartbit_tui.undo.net:net"


class Undoing:
    """Undo in one session, loaded when something first needs it.

    Surfaces ask for `undo` or `redo`, show the preview that they get, and hand it to `carry_out`.
    """

    def __init__(self, options: Options, settings: Settings, clock: Clock) -> None:
        self._options = options
        self._settings = settings
        self._clock = clock
        self._past = Past()
        self._session: Session | None = None
        self._place: Place | None = None
        self._engine: Engine | None = None
        self._watch: Watch | None = None
        self._temporary = ""
        self._watched = frozenset[str]()
        self._looking: asyncio.Task[None] | None = None
        self._looks: set[asyncio.Task[None]] = set()
        self._making = asyncio.Lock()

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session."""
        self._past.take(envelope)
        match envelope.event:
            case RunStarted() if self._looking is None and self._watches:
                self._looking = asyncio.get_running_loop().create_task(self._look(), name="first look at the workspace")
            case AssistantMessage(message=message) if self._watch is not None and self._may_change(message.calls):
                self._begin(self._watch.look())
            case JobStarted() as job if self._watch is not None and not self._only_reads(job.command):
                self._watch.job_began(job)
            case JobEnded(id=id) if self._watch is not None:
                self._begin(self._watch.job_ended(id))
            case _:
                pass

    def _may_change(self, calls: Sequence[ToolCall]) -> bool:
        """Whether calls, or what goes on in the background beside them, may change files: then a look is needed soon."""
        at_work = self._watch is not None and bool(self._watch.background)
        return bool(calls) and (at_work or any(map(self._is_watched, calls)))

    def _is_watched(self, call: ToolCall) -> bool:
        command = call.input.get("command") if call.name == COMMANDS else None
        return call.name in self._watched and not (isinstance(command, str) and self._only_reads(command))

    def _only_reads(self, command: str) -> bool:
        return _Late(str(self._options.cwd)).only_reads(command)

    def _begin(self, look: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(look, name="a look at the workspace")
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def seen(self) -> None:
        """Return once all is told that commands in the background did until now."""
        while self._looks:
            await asyncio.wait(tuple(self._looks))

    @asynccontextmanager
    async def during(self, command: str, *, shown: str = "") -> AsyncGenerator[None]:
        """In here a person's own command runs in the session's folder; what it does can be undone.

        The log has the words `shown`, or the command.
        """
        async with AsyncExitStack() as stack:
            lines = _Late(str(self._options.cwd))
            if self._enabled and self._session is not None and not lines.only_reads(command):
                with suppress(OSError):  # the first call that needs it tells
                    watch = await self._watching()
                    named = lines.named(command, "")
                    await stack.enter_async_context(watch.on_command(clip(shown or command), named))
            yield

    @asynccontextmanager
    async def around(self, tools: Sequence[Tool]) -> AsyncGenerator[tuple[Tool, ...]]:
        """The tools, watched where they may change files; what is going on is ended at the end."""
        lines: Lines = _Late(str(self._options.cwd))
        try:
            around = tuple(watched(tool, self._watching, lines) for tool in tools) if self._enabled else tuple(tools)
            self._watched = frozenset(tool.spec.name for tool in around if isinstance(tool, Watched))
            yield around
        finally:
            await self._close()

    def over(self, tool: Tool) -> Tool:
        """A tool that came later, watched as those of `around` are."""
        found = watched(tool, self._watching, _Late(str(self._options.cwd))) if self._enabled else tool
        if found is not tool:
            self._watched |= {tool.spec.name}
        return found

    async def join(self, session: Session, place: Place) -> None:
        """This is the session, and its log so far."""
        self._session, self._place = session, place
        for number, envelope in enumerate(place.log, 1):
            self._past.take(envelope)
            if number % SLICE == 0:
                await asyncio.sleep(0)
        if place.log and self._enabled and await asyncio.to_thread(self._was_cut_off, session.id):
            await (await self._watching()).recover(lambda event: self._tell(session, event))

    def _was_cut_off(self, session: str) -> bool:
        """Whether calls were at work when an earlier process of this session died."""
        return bool(Spans(self._folder() / AT_WORK, session).left())

    def _tell(self, session: Session, event: Event) -> None:
        session.append(session.agent.name, event)

    def points(self) -> tuple[Point, ...]:
        """All that one can go back to, oldest first."""
        return self._past.points()

    async def changes(self) -> "tuple[Net, ...] | None":
        """What the calls of this session have changed in all, file by file; None where nothing is kept of it."""
        if not self._enabled:
            return None
        await self.seen()
        records = [mark.record for mark in self._past.since(0)]
        if not records:
            return ()
        engine = await asyncio.to_thread(self._opened_engine)
        return await asyncio.to_thread(plugins.resolve(NET), engine.blobs, records)

    async def undo(self, number: str = "", what: "What" = "both", *, overrule: bool = False) -> "Preview":
        """What going back to right before a point means; without a number before the last prompt.

        Raises `UndoError`, `StoreError` and `OSError`, as all of these do.
        """
        running = await self._caught_up()
        return replace(await self._idle().undo(number, what, overrule=overrule), running=running)

    async def redo(self, *, overrule: bool = False) -> "Preview":
        """What taking back the last undo means."""
        running = await self._caught_up()
        return replace(await self._idle().redo(overrule=overrule), running=running)

    async def _caught_up(self) -> tuple[str, ...]:
        """See what commands in the background did until now; the names of those that still run."""
        watch = self._watch
        if watch is None:
            return ()
        if watch.own:
            raise UndoError(OWN.format(command=watch.own[0]))
        await self.seen()
        await watch.look()
        return tuple(f"{job.id} ({job.command})" for job in watch.background)

    async def carry_out(self, preview: "Preview") -> "Restored":
        """Do what a preview shows; no run can begin meanwhile."""
        service, session = self._idle(), self._session
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Restored] = loop.create_future()

        async def work() -> None:
            try:
                restored = await service.carry_out(preview)
                if self._watch is not None:
                    await self._watch.absorb()
                # In the next round of the loop: whoever waits finds the session idle again.
                loop.call_soon(done.set_result, restored)
            except asyncio.CancelledError:
                done.cancel()
                raise
            except (HeartbitError, OSError) as error:
                loop.call_soon(done.set_exception, error)

        if session is None or not session.during(work, "undo"):
            raise UndoError(BUSY)
        return await done

    @property
    def _enabled(self) -> bool:
        return self._settings.config.boolean("undo.enabled")

    @property
    def _watches(self) -> bool:
        """Whether what commands do is likely to be needed: nothing is written in the plan mode."""
        session = self._session
        return self._enabled and session is not None and session.settings.mode is not Mode.PLAN

    async def _look(self) -> None:
        """See the workspace while the model thinks, so that nobody waits for it when the first command comes."""
        await self._clock.sleep(HEAD_START)
        with suppress(OSError):  # the first call that needs it tells
            await (await self._watching()).begin()

    async def _watching(self) -> "Watch":
        async with self._making:
            self._watch = self._watch or await asyncio.to_thread(self._made)
        return self._watch

    def _made(self) -> "Watch":
        make = plugins.resolve(f"{PARTS}:watch")
        assert self._session is not None
        session = self._session

        def tell(event: Event) -> None:
            self._tell(session, event)

        return make(session.id, self._settings, self._opened_engine(), tell)

    def _opened_engine(self) -> "Engine":
        engine = self._engine = self._engine or plugins.resolve(f"{PARTS}:engine")(self._folder())
        return engine

    def _folder(self) -> Path:
        """Where undo keeps what it needs: nothing stays of a session that is not kept."""
        if not (self._options.ephemeral or self._settings.config.boolean("sessions.ephemeral")):
            return self._settings.places.data / UNDO
        self._temporary = self._temporary or tempfile.mkdtemp(prefix="heartbit-undo-")
        return Path(self._temporary)

    def _idle(self) -> "Service":
        session, place = self._session, self._place
        if session is None or place is None or session.running:
            raise UndoError(BUSY)
        make = plugins.resolve("heartbit_tui.undo.service:Service")
        return make(session.id, self._opened_engine, self._past, _Log(session, place), lambda: secrets.token_hex(4))

    async def _close(self) -> None:
        looking, self._looking = self._looking, None
        if self._watch is not None:
            self._watch.stop()
        if looking is not None:
            looking.cancel()
            await asyncio.wait([looking])
        await self.seen()
        if self._watch is not None:
            await self._watch.close()
        if self._engine is not None:
            self._engine.close()
        if self._temporary:
            await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)


class _Log:
    """The log of a session that is open here."""

    def __init__(self, session: Session, place: Place) -> None:
        self._session = session
        self._place = place

    def append(self, event: Event) -> int:
        return self._session.append(self._session.agent.name, event).seq

    async def committed(self, seq: int) -> None:
        await self._place.journal.committed(seq)


class _Late:
    """What is known of command lines, loaded with the first one."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd

    def only_reads(self, line: str) -> bool:
        return plugins.resolve(f"{PARTS}:only_reads")(line)

    def named(self, line: str, folder: str) -> tuple[str, ...]:
        return plugins.resolve(f"{PARTS}:named")(line, folder or self._cwd)
