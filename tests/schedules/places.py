"""Schedules over a real data file, with a clock that is moved by hand."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heartbit_tui.runtime.scheduling import Handing
from heartbit_tui.schedules import schema
from heartbit_tui.schedules.firings import Firings
from heartbit_tui.schedules.reading import Wanted, understood
from heartbit_tui.schedules.scheduler import Scheduler
from heartbit_tui.schedules.types import Schedule
from heartbit_tui.store.database import Database
from heartbit_tui.testing import FakeClock
from heartbit_tui.testing.intake import FakeIntake

START = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def schedule(cron: str, **traits: str | bool) -> Schedule:
    given = {"name": "nightly", "task": "Tidy up.", **traits}
    return understood(Wanted(cron=cron, **given), {})  # pyright: ignore[reportArgumentType] - named by each test


@dataclass
class Place:
    """One daemon's schedules: `schedules` may change while it is at work."""

    schedules: list[Schedule]
    clock: FakeClock
    intake: FakeIntake
    firings: Firings
    database: Database
    told: list[str] = field(default_factory=list[str])

    async def known(self) -> Sequence[Schedule]:
        return tuple(self.schedules)

    @property
    def scheduler(self) -> Scheduler:
        return Scheduler(self.clock, Handing(self.intake), self.firings, self.known, self.told.append)

    async def pass_time(self, seconds: float) -> None:
        """Let time go by, with the scheduler asleep whenever it moves; it has dealt with all of it afterwards."""
        end = self.clock.monotonic() + seconds
        await self.clock.slept_by(1)
        while (left := end - self.clock.monotonic()) > 0:
            await self.clock.advance(min(self.clock.slept[-1], left))
            await self.clock.slept_by(1)

    async def noticed(self, act: Callable[[], None]) -> None:
        """Do something that wakes the scheduler, and wait until it is asleep again."""
        slept = len(self.clock.slept)
        act()
        await self.clock.asked(slept + 1)

    def due(self) -> list[str]:
        """The occurrences that became tasks, as their keys tell."""
        return [each.key.partition(":")[2].partition(":")[2].removesuffix("+00:00") for each in self.intake.requests]


@asynccontextmanager
async def place(path: Path, *schedules: Schedule, clock: FakeClock | None = None) -> AsyncGenerator[Place]:
    """A daemon that is not at work yet."""
    async with Database.open(path / "heartbit.db", schema.NAME, schema.STEPS) as database:
        yield Place(list(schedules), clock or FakeClock(START), FakeIntake(), Firings(database), database)


@asynccontextmanager
async def at_work(found: Place) -> AsyncGenerator[Scheduler]:
    """A scheduler that runs, and sleeps for the first time."""
    scheduler = found.scheduler
    running = asyncio.create_task(scheduler.run())
    try:
        await found.clock.slept_by(1)
        yield scheduler
    finally:
        running.cancel()
        await asyncio.wait([running])


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
