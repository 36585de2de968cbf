"""Tasks from everywhere, done a few at a time: accepted, begun, watched, stopped, taken up again after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Literal, Self, TypeAlias

from heartbit_tui.daemon.attempt import Attempt
from heartbit_tui.daemon.leftovers import LookBack
from heartbit_tui.daemon.live import STOPPING, Host
from heartbit_tui.daemon.noted import note
from heartbit_tui.daemon.waiting import first_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.options import Options
from heartbit_tui.tasks import ENDED, CommandQueue, Outcome, Request, State, Task

LOG = logging.getLogger("heartbit.daemon")

TICK: Final = 1.0
"""Seconds between two looks at what other processes have changed in the queue."""

ROUND: Final = 60.0
"""Seconds between two looks for tasks whose daemon has died."""

TRIES: Final = 3
"""How often a task is begun by itself; after that a person decides."""

CANCELLED: Final = "It was cancelled."
LOST: Final = "heartbit was stopped while this task was at work."
TRIED: Final = (
    "It was begun {tries} times, and each time heartbit was stopped meanwhile. Take it up again by hand, or cancel it."
)
BROKEN: Final = "heartbit itself failed: {kind}: {error}. Please report this."

Restart: TypeAlias = Literal["resume", "interrupt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How tasks are done.

    `owner` is this daemon's name in the queue, `most` how many tasks are at work at a time. What was at work when heartbit
    ended is taken up again where `restart` is "resume".
    """

    owner: str
    most: int = 4
    restart: Restart = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the service needs: how a session for a task is opened, and named.

    `look_back` says how far a task had come that a crash has cut off. `heard` is told of each
    task that has begun, ended or been interrupted. `stirred` says whether anybody may have written to the queue since it
    was asked last. `recall` gives what is known from earlier tasks, as data, or nothing.
    """

    options: Callable[[Task], Awaitable[Options]]
    name: Callable[[], str]
    look_back: LookBack
    heard: Callable[[Task], Awaitable[None]]
    stirred: Callable[[], bool]
    recall: Callable[[Task], Awaitable[str]]


class Service:
    """An `Intake` that does what it takes in. `async with` it; `drain` it before it is left."""

    def __init__(self, queue: CommandQueue, host: Host, around: Around, clock: Clock, terms: Terms) -> None:
        self._queue = queue
        self._host = host
        self._around = around
        self._clock = clock
        self._terms = terms
        self._running: dict[str, Attempt] = {}
        self._tasks = asyncio.TaskGroup()
        self._news = asyncio.Event()
        self._left = asyncio.Event()
        self._watched: dict[str, _Watch] = {}
        self._draining = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        await self.recover()
        self._loops = [
            self._tasks.create_task(self._dispatch(), name="dispatch"),
            self._tasks.create_task(self._look_around(), name="look around"),
        ]
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.drain(0.0)
        for loop in self._loops:
            loop.cancel()
        await self._tasks.__aexit__(None, None, None)

    @property
    def running(self) -> tuple[str, ...]:
        """The ids of the tasks at work here."""
        return tuple(self._running)

    @property
    def draining(self) -> bool:
        """Whether nothing new is begun any more."""
        return self._draining

    async def accept(self, request: Request, task_id: str = "") -> Task:
        """Take a task in; with a key that its user has used before, the task of then. Raises `StoreError`.

        One that is new has the id `task_id`, or else one of its own.
        """
        task = await self._queue.accept(request, task_id)
        note(task)
        self._news.set()
        return task

    async def submit(self, request: Request) -> str:
        return (await self.accept(request)).id

    async def outcome(self, task_id: str) -> Outcome:
        task = await self._queue.get(task_id)
        while task is not None:
            if task.state in ENDED or task.state == "interrupted":
                return task.outcome
            task = await self.changed(task)
        raise KeyError(task_id)

    async def changed(self, task: Task) -> Task | None:
        """The task, once it stands otherwise than it did here; None once there is no such task."""
        while True:
            with self._watching(task.id) as changed:
                now = await self._queue.get(task.id)
                if now is None or _standing(now) != _standing(task):
                    return now
                if task.id in self._running:
                    await changed.wait()
                else:  # another daemon may have it, or take it
                    await first_of(changed.wait(), self._clock.sleep(TICK))

    async def cancel(self, task_id: str) -> bool:
        task = await self._queue.get(task_id)
        if task is None or task.state in ENDED:
            return False
        return await self.stop(task_id) in ("cancelled", "running")

    async def stop(self, task_id: str) -> State | None:
        """Cancel a task: how it stood once that was asked. One that is at work here is stopped right away."""
        before = await self._queue.get(task_id)
        if before is None or before.state in ENDED:
            return before.state if before else None
        state = await self._queue.cancel(task_id)
        if (attempt := self._running.get(task_id)) is not None:
            attempt.stop("cancelled", CANCELLED)
        elif state == "cancelled":
            await self._tell(task_id)
        return state

    async def again(self, task_id: str) -> bool:
        """Let an interrupted task be taken up again; whether it was interrupted."""
        taken = await self._queue.again(task_id)
        self._news.set()
        return taken

    async def recover(self) -> None:
        """Decide about the tasks whose daemon died while they were at work."""
        for task in await self._queue.abandoned():
            left = await self._around.look_back(task)
            if left.outcome is not None:
                if await self._queue.end(left.outcome, task.owner):
                    await self._tell(task.id)
                continue
            why = left.doubts
            if not why and task.attempts >= TRIES:
                why = TRIED.format(tries=task.attempts)
            if not why and self._terms.restart != "resume":
                why = LOST
            if await self._queue.take_over(task, why) in ("interrupted", "cancelled"):
                await self._tell(task.id)

    async def drain(self, grace: float) -> None:
        """Begin nothing new, and wait for what is at work; after `grace` seconds it is put back for the next start."""
        self._draining = True
        if self._running and grace > 0:
            await first_of(self._idle(), self._clock.sleep(grace))
        put_back: State = "pending" if self._terms.restart == "resume" else "interrupted"
        for attempt in tuple(self._running.values()):
            attempt.stop(put_back, STOPPING)
        await self._idle()

    async def _idle(self) -> None:
        while self._running:
            await self._left.wait()

    async def _dispatch(self) -> None:
        while not self._draining:
            self._news.clear()
            pause = ROUND
            try:
                pause = await self._drop_late()
                while not self._draining and len(self._running) < self._terms.most and await self._begin_next():
                    pass
            except StoreError as error:
                LOG.error("no task can be begun: %s", error)
            await first_of(self._news.wait(), self._clock.sleep(pause))

    async def _drop_late(self) -> float:
        """Let go of the tasks whose deadline has passed, also while all places are taken; seconds until the next look."""
        first = await self._first_deadline()
        if first is not None and first <= self._clock.now():
            for task_id in await self._queue.drop_late():
                await self._tell(task_id)
            first = await self._first_deadline()
        return ROUND if first is None else min((first - self._clock.now()).total_seconds(), ROUND)

    async def _first_deadline(self) -> datetime | None:
        waits = await self._queue.waits()
        return waits.deadline if waits else None

    async def _begin_next(self) -> bool:
        task = await self._queue.claim(self._terms.owner, self._around.name)
        if task is None:
            return False
        if task.state in ENDED:  # what is kept of it cannot be read; the next one may be begun
            await self._tell(task.id)
            return True
        attempt = self._running[task.id] = Attempt(task, self._clock)
        self._wake(task.id)
        self._tasks.create_task(self._do(attempt), name=f"task {task.id}")
        return True

    async def _look_around(self) -> None:
        """See what others have changed: new tasks, wishes to stop, and now and then daemons that died."""
        since = 0.0
        while True:
            await self._clock.sleep(TICK)
            since += TICK
            if since < ROUND and not self._around.stirred():
                continue
            try:
                for task_id in await self._queue.asked_to_stop(self._terms.owner) if self._running else ():
                    if (attempt := self._running.get(task_id)) is not None:
                        attempt.stop("cancelled", CANCELLED)
                if since >= ROUND:
                    since = 0.0
                    await self.recover()
                if await self._queue.waits():
                    self._news.set()
            except StoreError as error:
                LOG.error("the queue cannot be read: %s", error)

    async def _do(self, attempt: Attempt) -> None:
        task = attempt.task
        try:
            await self._told(task)
            await self._keep(await self._outcome_of(attempt))
        finally:
            del self._running[task.id]
            self._news.set()
            self._left.set()
            self._left = asyncio.Event()
            await self._tell(task.id)

    async def _keep(self, outcome: Outcome) -> None:
        """Put an outcome on the disk, as soon as the disk takes it."""
        while True:
            try:
                await self._queue.end(outcome, self._terms.owner)
            except StoreError as error:
                LOG.error("the outcome of task %s cannot be kept: %s", outcome.id, error)
                if self._draining:
                    return
                await self._clock.sleep(TICK)
            else:
                return

    async def _outcome_of(self, attempt: Attempt) -> Outcome:
        task = attempt.task
        try:
            options = await self._around.options(task)
            known = await self._around.recall(task)
            async with self._host.use(task.session, options) as live:
                first = await self._queue.begun(task.id, self._terms.owner, live.feed.last)
                self._wake(task.id)
                return await attempt.run(live, first, known)
        except HeartbitError as error:
            return attempt.gave_up("failed", str(error))
        except Exception as error:  # one task's end: the others go on, and this one says what happened
            LOG.exception("task %s", task.id)
            return attempt.gave_up("failed", BROKEN.format(kind=type(error).__name__, error=error))

    async def _tell(self, task_id: str) -> None:
        """Tell everybody that something has changed about a task."""
        self._wake(task_id)
        try:
            task = await self._queue.get(task_id)
        except StoreError as error:
            LOG.error("task %s cannot be read: %s", task_id, error)
            return
        if task is not None:
            await self._told(task)

    async def _told(self, task: Task) -> None:
        try:
            await self._around.heard(task)
        except Exception:  # a fault of who hears of tasks ends none of them, nor the daemon
            LOG.exception("what hears of task %s", task.id)

    def _wake(self, task_id: str) -> None:
        """Let those look again who wait for something to change about a task."""
        if (watch := self._watched.pop(task_id, None)) is not None:
            watch.changed.set()

    @contextmanager
    def _watching(self, task_id: str) -> Generator[asyncio.Event]:
        """What is set once something changes about a task; the last who leaves takes it away."""
        watch = self._watched.setdefault(task_id, _Watch())
        watch.users += 1
        try:
            yield watch.changed
        finally:
            watch.users -= 1
            if not watch.users and self._watched.get(task_id) is watch:
                del self._watched[task_id]


class _Watch:
    """How many wait for something to change about a task, and how they are told."""

    def __init__(self) -> None:
        self.users = 0
        self.changed = asyncio.Event()


def _standing(task: Task) -> tuple[object, ...]:
    """What of a task is waited for to change."""
    return task.state, task.attempts, task.first_seq
