"""What hands tasks over by itself while a daemon runs: the schedules, the pulse and the heartbeats."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, Self, cast

from heartbit_tui.daemon.aftermath import Aftermath
from heartbit_tui.daemon.troubles import Troubles
from heartbit_tui.daemon.waiting import end_of, first_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.beating import beats
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.pulsing import pulse, rhythm, todo_list
from heartbit_tui.runtime.scheduling import Handing, Schedules, scheduling
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.schedules.beats import Standing
from heartbit_tui.schedules.beats_engine import Engine
from heartbit_tui.schedules.pulse_state import Rhythm
from heartbit_tui.schedules.scheduler import Scheduler
from heartbit_tui.schedules.todo import Todos
from heartbit_tui.tasks import Intake, Task

LOG = logging.getLogger("heartbit.daemon")

FIRST: Final = 5.0
"""Seconds before what failed is begun anew; twice as long after each further failure."""

LONGEST: Final = 600.0
"""Seconds that it is put off at most."""

CALM: Final = 600.0
"""Seconds for which something has to work, so that its failures before count no more."""

PEOPLE: Final = ("api", "ws")
"""The sources of tasks that a person hands over."""

FAILED: Final = "The {name} failed and begin again in {seconds:g} s: {error}"

Run = Callable[[], Awaitable[None]]


def warn(sentence: str) -> None:
    """Tell in the log what went wrong and goes on."""
    LOG.warning("%s", sentence)


async def supervised(name: str, run: Run, clock: Clock, tell: Callable[[str], None] = warn) -> None:
    """Let `run` go on until it ends by itself; where it fails, that is told, and it is begun anew a while later."""
    pause = FIRST
    while True:
        began = clock.monotonic()
        try:
            return await run()
        except Exception as error:  # noqa: BLE001 - a fault of one of them may not end the others, nor the daemon
            if clock.monotonic() - began >= CALM:
                pause = FIRST
            tell(FAILED.format(name=name, seconds=pause, error=_cause(error)))
        await clock.sleep(pause)
        pause = min(pause * 2, LONGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What there is to be done by itself: the schedules; the list of the pulse and how often it looks, None without one."""

    schedules: Schedules
    todos: Todos | None
    rhythm: Rhythm | None


@asynccontextmanager
async def planned(
    options: Options, settings: Settings, clock: Clock, tell: Callable[[str], None]
) -> AsyncGenerator[Plans]:
    """What the settings and the data file have of it; `tell` hears what is wrong with the list.

    Raises `ConfigError`, `StoreError`.
    """
    async with scheduling(settings, warn) as schedules:
        wanted = settings.config.boolean("daemon.heartbit_pulse.enabled")
        todos = todo_list(schedules, options.cwd, clock, tell, settings.places) if wanted else None
        looks = rhythm(settings.config, settings.environment) if wanted else None
        yield Plans(schedules=schedules, todos=todos, rhythm=looks)


class Waking:
    """Lets them run, each in a task of its own, until `drain`; `async with` it."""

    def __init__(self, clock: Clock, runs: dict[str, Run], engine: Engine | None) -> None:
        self._clock = clock
        self._runs = runs
        self._engine = engine
        self._at_work: list[asyncio.Task[None]] = []
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._at_work = [self._begin(name, run) for name, run in self._runs.items()]
        if self._engine is not None:
            self._beating = self._begin("heartbeats", self._engine.run)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.drain(0.0)

    @property
    def beating(self) -> int:
        """How many beats are at work."""
        return self._engine.in_flight if self._engine else 0

    @property
    def heartbeats(self) -> tuple[Standing, ...] | None:
        """How each heartbeat stands, the next one first; None where none may beat."""
        return self._engine.standing() if self._engine else None

    def beat(self, key: str) -> bool:
        """Let a heartbeat beat now; whether there is one that can, and is not at it."""
        return self._engine is not None and self._engine.beat(key)

    async def pause(self, key: str, *, paused: bool) -> None:
        """Let a heartbeat rest, or go on. Raises `StoreError`."""
        if self._engine is not None:
            await self._engine.pause(key, paused=paused)

    async def hear(self, task: Task) -> None:
        """A task was begun: where a person handed it over, what came less often for having nothing to say does no more."""
        if task.state == "running" and task.request.source in PEOPLE:
            await self.notice()

    async def notice(self) -> None:
        """A person is there."""
        if self._engine is None:
            return
        try:
            await self._engine.heard()
        except HeartbitError as error:
            warn(f"The heartbeats could not be told that somebody is there: {error}")

    async def drain(self, grace: float) -> None:
        """Hand nothing over any more; beats at work may end within `grace` seconds, then they are stopped.

        A task that a schedule or the pulse handed over is not theirs any more, and goes on.
        """
        for each in self._at_work:
            each.cancel()
        if self._engine is not None and self._beating is not None:
            self._engine.drain()
            if grace > 0 and not self._beating.done():
                await first_of(end_of(self._beating), self._clock.sleep(grace))
            self._beating.cancel()
        await asyncio.gather(*self._at_work, *filter(None, (self._beating,)), return_exceptions=True)

    def _begin(self, name: str, run: Run) -> asyncio.Task[None]:
        return asyncio.create_task(supervised(name, run, self._clock), name=name)


@asynccontextmanager
async def awake(
    options: Options, settings: Settings, plans: Plans, intake: Intake, aftermath: Aftermath, troubles: Troubles
) -> AsyncGenerator[Waking]:
    """All that the settings want to be done by itself, at work; what a beat has to say, the aftermath hears too.

    Raises `ConfigError`, `StoreError`.
    """
    clock = troubles.clock
    schedules = plans.schedules
    scheduler = Scheduler(clock, Handing(intake), schedules.firings, schedules.known, warn)
    runs: dict[str, Run] = {"schedules": scheduler.run}
    if plans.todos is not None:
        runs["looks of the pulse"] = pulse(settings, schedules, plans.todos, clock, intake, troubles.tell).run
        runs["letters of the pulse"] = partial(troubles.run, aftermath.inbox)
    async with AsyncExitStack() as stack:
        engine = None
        if settings.config.boolean("heartbeat.enabled"):
            engine = await stack.enter_async_context(beats(options, settings, intake, clock, warn, aftermath.beat))
        yield await stack.enter_async_context(Waking(clock, runs, engine))


def _cause(error: BaseException) -> str:
    """The first thing that went wrong, in words."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return str(error) if isinstance(error, HeartbitError) else f"{type(error).__name__}: {error}"
