"""The commands in the background of one session: begun, looked at, stopped, and all gone in the end."""

import asyncio
import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from heartbit_tui.kernel.events import Envelope, JobEnded, JobStarted, ToolCallCompleted, UserMessage
from heartbit_tui.kernel.messages import user
from heartbit_tui.kernel.ops import Background, StopJob
from heartbit_tui.tools.guard import Guard
from heartbit_tui.tools.job import Handed, Job
from heartbit_tui.tools.outcomes import outcome

MOST = 16
"""Commands that may run in the background at once."""

REMEMBERED = 64
"""Commands that have ended and can still be looked at; of those before only the files are left."""

FULL = f"{MOST} commands run in the background already: one of them has to be stopped first."
CLOSING = "The session is being closed; nothing more can be started in it."
NO_CALL = "No command runs that could go on in the background."
NO_JOB = "No such command runs in the background."
NEWS = "[The background command {id} has ended: {outcome}. {more}]"
MORE = "It wrote {size} bytes since you last looked; bash_output gives them."
NO_MORE = "You have seen all that it wrote."


class Jobs:
    """A kernel `Jobs` for the tools that run commands; `async with` it. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._before: dict[str, str] = {}
        self._calls: dict[str, asyncio.Event] = {}
        self._number = 0
        self._closed = False
        self._guard: Guard | None = None
        self._unguarded = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.close()
        finally:
            await self._tasks.__aexit__(None, None, None)

    def remember(self, log: Sequence[Envelope]) -> None:
        """Take note of the jobs of a session that is taken up again: their ids are used, and none of them runs."""
        started = [envelope.event for envelope in log if isinstance(envelope.event, JobStarted)]
        ends = {envelope.event.id: envelope.event for envelope in log if isinstance(envelope.event, JobEnded)}
        for job in started:
            told = outcome(ends.get(job.id) or JobEnded(id=job.id, how="lost"))
            self._before[job.id] = f"{told}. All of its output: {job.log}"
        numbers = (job.id.rpartition("_")[2] for job in started)
        self._number = max((int(number) for number in numbers if number.isdecimal()), default=0)

    @property
    def refusal(self) -> str:
        """Why no command can go into the background now; empty where it can."""
        return CLOSING if self._closed else FULL if len(self.running) >= MOST else ""

    @property
    def running(self) -> tuple[Job, ...]:
        """Those that run, oldest first."""
        return tuple(job for job in self._jobs.values() if job.end is None)

    def find(self, id: str) -> Job | None:
        """The job with this id, also where it has ended."""
        return self._jobs.get(id)

    def unknown(self, id: str) -> str:
        """What is told of an id that no job has: how it ended earlier, or which ids there are."""
        if id in self._before:
            return f"{id} runs no more: {self._before[id]}"
        listed = ", ".join(f"{each.id} ({outcome(each.end) if each.end else 'runs'})" for each in self._jobs.values())
        return f"There is no background command {id}. There {f'are: {listed}' if listed else 'is none'}."

    @contextmanager
    def leavable(self, call_id: str) -> Generator[asyncio.Event]:
        """In here a call can be let go; the event is set when it is."""
        leave = self._calls[call_id] = asyncio.Event()
        try:
            yield leave
        finally:
            del self._calls[call_id]

    def begin(self, handed: Handed) -> Job:
        """Let a running command go on; from here on it is this object's to end."""
        self._number += 1
        job = self._jobs[f"bash_{self._number}"] = Job(f"bash_{self._number}", handed, self._clock)
        job.emit(job.started())
        self._tasks.create_task(self._follow(job), name=job.id)
        if job.inside is not None and self._guard is None:
            folder = Path(job.log).parent
            self._guard = Guard(job.inside, handed.held, self._confined, job.emit, folder=folder)
            self._tasks.create_task(self._guarding(self._guard), name="guard")
        return job

    def hear(self, envelope: Envelope) -> None:
        """Take note of files that a tool wrote with approval: nobody takes that back. Synchronous, for the bus."""
        event = envelope.event
        if self._guard is not None and isinstance(event, ToolCallCompleted) and event.tool_name != "bash":
            self._guard.let(event.changed)

    def let(self, paths: Collection[str] | None) -> None:
        """A person let stand what a command did to these files; None for all that one did outside of the sandbox."""
        if self._guard is None:
            return
        if paths is None:
            self._guard.begin_anew()
        else:
            self._guard.let(paths)

    def take(self, op: Background | StopJob) -> str:
        """Let a running call go on in the background, or stop a job; why nothing comes of it, or empty."""
        if isinstance(op, StopJob):
            wanted = [job for job in self.running if op.id in ("", job.id)]
            for job in wanted:
                job.stop("stopped", "person")
            return "" if wanted else NO_JOB
        if self.refusal:
            return self.refusal
        calls = [leave for call_id, leave in self._calls.items() if op.call_id in ("", call_id)]
        for leave in calls:
            leave.set()
        return "" if calls else NO_CALL

    def news(self, agent: str) -> Sequence[str]:
        """What the model of this agent was not told yet of its jobs that ended."""
        ended = [job for job in self._jobs.values() if job.end and not job.told and job.agent == agent]
        return [self._told(job) for job in ended]

    def output(self, id: str) -> str:
        """The end of what a job has written so far."""
        job = self._jobs.get(id)
        return job.output() if job else ""

    async def close(self) -> None:
        """Stop all that runs, tell that it ended, to the model too, and return once nothing of it is left."""
        self._closed = True
        for job in self.running:
            job.stop("closed", "heartbit")
        for job in tuple(self._jobs.values()):
            await job.ended.wait()
            if not job.told:
                job.emit(UserMessage(message=user(self._told(job)), origin="heartbit"))
        if self._guard is not None:
            await self._unguarded.wait()

    async def _follow(self, job: Job) -> None:
        try:
            await job.follow()
        finally:
            if job.end is not None:
                job.emit(job.end)
            if self._guard is not None:
                self._guard.ended()
        self._forget()

    def _confined(self) -> tuple[str, ...]:
        return tuple(job.id for job in self.running if job.inside is not None)

    async def _guarding(self, guard: Guard) -> None:
        self._unguarded.clear()
        try:
            await guard.follow()
        finally:
            self._guard = None
            self._unguarded.set()

    def _forget(self) -> None:
        ended = [(job, job.end) for job in self._jobs.values() if job.end]
        for job, end in ended[: max(len(ended) - REMEMBERED, 0)]:
            self._before[job.id] = f"{outcome(end)}. All of its output: {job.log}"
            del self._jobs[job.id]

    def _told(self, job: Job) -> str:
        job.told = True
        more = MORE.format(size=job.unread) if job.unread else NO_MORE
        return NEWS.format(id=job.id, outcome=job.outcome, more=more)
