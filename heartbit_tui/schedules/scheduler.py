"""Hands over the task of each schedule when it is due, and sleeps in between."""

import asyncio
from datetime import datetime

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.schedules.deciding import Fire, Pass, Wait, decide
from heartbit_tui.schedules.firings import LEASE, Firings
from heartbit_tui.schedules.types import Errand, Firing, Intake, Known, Schedule, Tell
from heartbit_tui.schedules.waking import Waking

_NOT_HANDED = "The schedule {name} was due at {due:%Y-%m-%d %H:%M:%S} UTC and could not be handed over: {error} It is tried again."


class Scheduler:
    """All schedules of a daemon; `run` goes on until it is cancelled."""

    def __init__(self, clock: Clock, intake: Intake, firings: Firings, known: Known, tell: Tell) -> None:
        self._clock = clock
        self._intake = intake
        self._firings = firings
        self._known = known
        self._tell = tell
        self._waking = Waking(clock)
        self._followed: set[str] = set()
        self._held: set[str] = set()

    def changed(self) -> None:
        """Look at the schedules again: some were added, changed or removed."""
        self._waking.changed()

    async def run(self) -> None:
        """Hand over what is due, for ever. Cancelled, it leaves the tasks that it handed over as they are."""
        async with asyncio.TaskGroup() as following:
            while True:
                await self._waking.until(await self._round(following))

    async def _round(self, following: asyncio.TaskGroup) -> datetime | None:
        """Deal with all that is due; the next moment at which something is."""
        try:
            schedules = await self._known()
            firings = await self._firings.all()
            moments = [
                await self._tend(each, firings.get(each.source), following) for each in schedules if each.at_work
            ]
        except HeartbitError as error:
            self._tell(f"The schedules could not be looked at: {error} It is tried again in a minute.")
            return None
        return min((moment for moment in moments if moment is not None), default=None)

    async def _tend(self, schedule: Schedule, known: Firing | None, following: asyncio.TaskGroup) -> datetime | None:
        """Deal with one schedule; the next moment at which it is due."""
        while True:
            now = self._clock.now()
            firing = await self._firings.seen(schedule.source, schedule.plan, now, known)
            if firing.stage == "running":
                self._follow(firing, following)
            match decide(schedule, firing, now, held=schedule.source in self._held):
                case Wait(until, held):
                    (self._held.add if held else self._held.discard)(schedule.source)
                    return until
                case Pass(due):
                    await self._firings.pass_over(schedule.source, due)
                case Fire(due):
                    if not await self._fire(schedule, due, now):
                        return now + LEASE
            known = (await self._firings.all()).get(schedule.source)

    async def _fire(self, schedule: Schedule, due: datetime, now: datetime) -> bool:
        """Hand an occurrence over, unless another daemon does; False when it was not accepted."""
        if not await self._firings.claim(schedule.source, due, now, alone=schedule.overlap != "allow"):
            return True
        try:
            task = await self._intake.submit(errand(schedule, due))
        except HeartbitError as error:
            self._tell(_NOT_HANDED.format(name=schedule.name, due=due, error=error))
            return False
        await self._firings.handed(schedule.source, due, task)
        return True

    def _follow(self, firing: Firing, following: asyncio.TaskGroup) -> None:
        """See to it that it is known when the task of a firing has ended."""
        if firing.task not in self._followed:
            self._followed.add(firing.task)
            following.create_task(self._ended(firing.source, firing.task))

    async def _ended(self, source: str, task: str) -> None:
        try:
            await self._firings.ended(source, task, await self._state(task))
        except HeartbitError as error:  # the next look follows it again
            self._tell(f"The end of the task {task} could not be kept: {error}")
        else:
            self._waking.changed()
        finally:
            self._followed.discard(task)

    async def _state(self, task: str) -> str:
        """How a task has ended, once it has."""
        try:
            return (await self._intake.outcome(task)).state
        except KeyError:
            return "unknown"
        except HeartbitError as error:
            self._tell(f"What came of the task {task} is not known: {error}")
            return "unknown"


def errand(schedule: Schedule, due: datetime) -> Errand:
    """The task of one occurrence."""
    key = f"{schedule.source}:{due.isoformat()}"
    return Errand(source=schedule.source, task=schedule.task, key=key, folder=schedule.folder)
