"""Keeps what calls do to files, call by call or for several that run side by side."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from heartbit_tui.kernel.events import Event, FilesChanged, JobStarted, Notice
from heartbit_tui.undo.survey import Survey, Told
from heartbit_tui.undo.types import Stopped, TooMany

T = TypeVar("T")
Emit = Callable[[Event], None]

SOON = 0.1
"""Seconds for which a look holds: who changes a file so shortly before a call begins is taken to be that call."""

TOO_MANY = "What commands change here cannot be undone: this folder has {error}. What the tools for files change can be undone."
NOT_KEPT = "What this call changes cannot be undone, because it could not be kept: {error}."


class Watch:
    """Around all in one session that may change files; `tell` takes what becomes known of commands in the background.

    A call whose files are known beforehand costs a look at these. For any other all of the workspace is compared with
    what it was, before the first of those that run side by side begins and after the last of them has ended. What
    changes between calls while a command runs in the background may be its doing, and is kept as unsure.
    """

    def __init__(self, survey: Survey, tell: Emit, clock: Callable[[], float] = time.monotonic) -> None:
        self._survey = survey
        self._tell = tell
        self._clock = clock
        self._lock = asyncio.Lock()
        self._running = self._edits = 0
        self._span: list[str] = []
        self._commands: list[str] = []
        self._own: list[str] = []
        self._jobs: dict[str, JobStarted] = {}
        self._seen = False
        self._blind = False
        self._looked = float("-inf")

    @property
    def background(self) -> tuple[JobStarted, ...]:
        """The commands in the background, which may change files at any time."""
        return tuple(self._jobs.values())

    @property
    def own(self) -> tuple[str, ...]:
        """The commands of a person's own that run now."""
        return tuple(self._own)

    async def begin(self) -> None:
        """See the workspace for the first time, ahead of the first call that needs it, which tells what is wrong."""
        async with self._lock:
            with suppress(TooMany, Stopped, OSError):
                await self._first_look()

    async def look(self) -> None:
        """See what has changed until now, ahead of what needs it."""
        async with self._lock:
            if self._seen:
                await self._between(self._tell)

    async def absorb(self) -> None:
        """Something else has just put files back, and has told of it."""
        async with self._lock:
            if self._seen and not self._blind:
                with suppress(TooMany, Stopped, OSError):  # the next call tells
                    await asyncio.to_thread(self._survey.absorbed)

    async def recover(self, emit: Emit) -> None:
        """Tell what calls did that were at work when an earlier process of the session died."""
        async with self._lock:
            try:
                found = await asyncio.to_thread(self._survey.recovered)
            except (TooMany, Stopped, OSError) as error:
                self._give_up(error, emit)
                return
        if found is not None:
            _tell(*found, emit)

    async def on_files(self, call: str, paths: Sequence[str], work: Callable[[], Awaitable[T]], emit: Emit) -> T:
        """Do the work of a call that changes nothing but files at these paths, links resolved."""
        looked = await self._before(paths, emit)
        self._edits += 1
        try:
            return await work()
        finally:
            self._edits -= 1
            await asyncio.shield(self._after(call, looked, emit))

    async def on_anything(self, call: str, named: Sequence[str], work: Callable[[], Awaitable[T]], emit: Emit) -> T:
        """Do the work of a call that may change anything; `named` are paths that it surely touches."""
        async with self._around(call, "", named, emit):
            return await work()

    @asynccontextmanager
    async def on_command(self, command: str, named: Sequence[str]) -> AsyncGenerator[None]:
        """In here a person's own command runs."""
        self._own.append(command)
        try:
            async with self._around("", command, named, self._tell):
                yield
        finally:
            self._own.remove(command)

    def job_began(self, job: JobStarted) -> None:
        """A command goes on in the background."""
        self._jobs[job.id] = job

    async def job_ended(self, id: str) -> None:
        """It has ended: see what it did. While others run side by side that cannot be told apart from what they do."""
        async with self._lock:
            if id not in self._jobs:
                return
            if self._running:
                self._span.append(self._jobs.pop(id).tool_call_id)
                return
            calls = self._behind
            del self._jobs[id]
            await self._ended(calls, self._tell, unsure=True)

    def stop(self) -> None:
        """Cut a first look short that is going on."""
        self._survey.stop()

    async def close(self) -> None:
        """Let what is going on end, and keep what the next session can use."""
        async with self._lock:
            if self._seen and not self._blind:
                await asyncio.to_thread(self._survey.save)

    @property
    def _at_work(self) -> tuple[str, ...]:
        return (*self._behind, *self._span)

    @property
    def _behind(self) -> tuple[str, ...]:
        """The calls whose commands go on in the background."""
        return tuple(dict.fromkeys(job.tool_call_id for job in self._jobs.values()))

    @asynccontextmanager
    async def _around(self, call: str, command: str, named: Sequence[str], emit: Emit) -> AsyncGenerator[None]:
        async with self._lock:
            watched = await self._open(call, command, named, emit)
        if not watched:
            yield
            return
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            await asyncio.shield(self._shut(emit))

    async def _first_look(self) -> None:
        if not self._seen:
            self._looked = self._clock()
            await asyncio.to_thread(self._survey.base)
            self._seen = True

    async def _between(self, emit: Emit) -> None:
        """Take what has changed since the last look for what it is: the doing of the background, or somebody else's."""
        if self._running or self._span or self._edits or self._blind:
            return
        if self._jobs:
            await self._ended(self._behind, self._tell, unsure=True)
            return
        began = self._clock()
        if began - self._looked < SOON:
            return
        try:
            await asyncio.to_thread(self._survey.absorbed)
            self._looked = began
        except (TooMany, Stopped, OSError) as error:
            self._give_up(error, emit)

    async def _before(self, paths: Sequence[str], emit: Emit) -> tuple[str, ...]:
        try:
            async with self._lock:
                alone = not self._running and not self._span and not self._edits
                if alone and self._jobs and self._seen:
                    await self._between(emit)
                return await asyncio.to_thread(lambda: self._survey.looked(paths, alone=alone))
        except OSError as error:
            emit(Notice(level="warning", text=NOT_KEPT.format(error=error.strerror or error)))
            return ()

    async def _after(self, call: str, paths: Sequence[str], emit: Emit) -> None:
        try:
            async with self._lock:
                _tell((call,), await asyncio.to_thread(lambda: self._survey.changed(paths)), emit)
        except OSError as error:
            emit(Notice(level="warning", text=NOT_KEPT.format(error=error.strerror or error)))

    async def _open(self, call: str, command: str, named: Sequence[str], emit: Emit) -> bool:
        """Look before a call; whether there is anything to look at after it."""
        if self._blind:
            return False
        try:
            await self._first_look()
            await self._between(emit)
            if not self._blind:
                self._span += [call] if call else []
                self._commands += [command] if command else []
                await asyncio.to_thread(self._survey.before, self._at_work, named)
        except (TooMany, Stopped, OSError) as error:
            self._give_up(error, emit)
        return not self._blind

    async def _shut(self, emit: Emit) -> None:
        """Look after the last of the calls that ran side by side."""
        async with self._lock:
            if self._running or not (self._span or self._commands):
                return
            calls, self._span = tuple(self._span), []
            commands, self._commands = tuple(self._commands), []
            await self._ended(calls, emit, commands)

    async def _ended(
        self, calls: tuple[str, ...], emit: Emit, commands: tuple[str, ...] = (), *, unsure: bool = False
    ) -> None:
        """Tell what has changed since the last look as the doing of these."""
        if self._blind:
            return
        began = self._clock()
        try:
            told = await asyncio.to_thread(self._survey.after, self._behind)
            _tell(calls, told, emit, commands, unsure=unsure)
            self._looked = began
        except (TooMany, Stopped, OSError) as error:
            self._give_up(error, emit)

    def _give_up(self, error: Exception, emit: Emit) -> None:
        """Look no more: what was seen is not all of it."""
        self._blind = True
        if not isinstance(error, Stopped):
            text = TOO_MANY if isinstance(error, TooMany) else NOT_KEPT
            emit(Notice(level="warning", text=text.format(error=error)))


def _tell(
    calls: tuple[str, ...], told: Told | None, emit: Emit, commands: tuple[str, ...] = (), *, unsure: bool = False
) -> None:
    if told is not None:
        event = FilesChanged(
            tool_call_ids=calls,
            record=told.record,
            created=told.created,
            changed=told.changed,
            deleted=told.deleted,
            lost=told.lost,
            commands=commands,
            unsure=unsure,
        )
        emit(event)
