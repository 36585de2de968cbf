"""Schedules put together: those of the settings and those that were added, how far each is, and where tasks go."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.schedules import schema
from heartbit_tui.schedules.added import Added
from heartbit_tui.schedules.firings import Firings
from heartbit_tui.schedules.reading import ScheduleError, Wanted, understood
from heartbit_tui.schedules.types import Errand, Schedule, Tell
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import Intake, Outcome, Request

KEY = "daemon.schedules"


@dataclass(frozen=True, slots=True)
class Handing:
    """Hands errands over as tasks."""

    intake: Intake

    async def submit(self, errand: Errand) -> str:
        """Accept an errand: the id of its task. Raises `StoreError`."""
        return await self.intake.submit(
            Request(task=errand.task, source=errand.source, key=errand.key, folder=errand.folder, silent=errand.silent)
        )

    async def outcome(self, task_id: str) -> Outcome:
        """What came of a task. Raises `KeyError` where there is none."""
        return await self.intake.outcome(task_id)


class Schedules:
    """All schedules of one data file and one configuration. Raises `StoreError`."""

    def __init__(
        self, configured: Sequence[Schedule], database: Database, environment: Mapping[str, str], tell: Tell
    ) -> None:
        self._configured = tuple(configured)
        self._added = Added(database)
        self._environment = environment
        self._tell = tell
        self._told: set[str] = set()
        self.database = database
        self.firings = Firings(database)

    async def known(self) -> tuple[Schedule, ...]:
        """Those of the settings, then those that were added; one that is not understood any more is told once."""
        found = list(self._configured)
        for wanted in await self._added.all():
            try:
                schedule = self._fresh(wanted)
            except ScheduleError as error:
                if wanted.name not in self._told:
                    self._told.add(wanted.name)
                    self._tell(f"A schedule that was added is left out: {error}")
            else:
                found.append(schedule)
        paused = await self.firings.paused()
        return tuple(replace(each, paused=each.name in paused) for each in found)

    async def pause(self, schedule: Schedule, now: datetime, *, paused: bool) -> None:
        """Let a schedule rest, or go on; what it was due for while it rested is passed over."""
        firing = (await self.firings.all()).get(schedule.source)
        if not paused and schedule.paused and firing is not None:
            due = schedule.cron.after(firing.due)
            if due is not None and due <= now:
                await self.firings.pass_over(schedule.source, now)
        await self.firings.pause(schedule.name, paused=paused)

    async def add(self, wanted: Wanted, now: datetime) -> Schedule:
        """Keep a further schedule. Raises `ScheduleError`, also for a name that there is."""
        schedule = self._fresh(wanted)
        if not await self._added.add(wanted, now):
            raise ScheduleError("name", f"There is a schedule {wanted.name!r}; remove it first, or take another name.")
        await self.firings.seen(schedule.source, schedule.plan, now)
        return schedule

    async def remove(self, name: str) -> bool:
        """Forget a schedule that was added; False where there is none. Raises `ScheduleError` for one of the settings."""
        if any(each.name == name for each in self._configured):
            raise ScheduleError(
                "name", f"The schedule {name!r} stands in the settings, under [[{KEY}]]; remove it there."
            )
        if not await self._added.remove(name):
            return False
        await self.firings.forget(f"cron:{name}")
        await self.firings.pause(name, paused=False)
        return True

    def _fresh(self, wanted: Wanted) -> Schedule:
        if any(each.name == wanted.name for each in self._configured):
            raise ScheduleError("name", f"There is a schedule {wanted.name!r} in the settings; take another name.")
        return understood(wanted, self._environment, "added")


@asynccontextmanager
async def scheduling(settings: Settings, tell: Tell) -> AsyncGenerator[Schedules]:
    """All schedules of the data file and the configuration. Raises `ConfigError`, `StoreError`."""
    listed = configured(settings.config, settings.environment)
    async with Database.open(settings.store, schema.NAME, schema.STEPS) as database:
        yield Schedules(listed, database, settings.environment, tell)


def configured(config: Config, environment: Mapping[str, str]) -> tuple[Schedule, ...]:
    """The schedules of `[[daemon.schedules]]`. Raises `ConfigError` that names the key that is wrong."""
    entries = cast("list[Mapping[str, Any]]", config.value(KEY) or [])
    found: list[Schedule] = []
    for number, entry in enumerate(entries):
        try:
            found.append(understood(Wanted(**entry), environment))
        except ScheduleError as error:
            key = f"{KEY}[{number}].{error.field}"
            where = config.source(key if error.field in entry else f"{KEY}[{number}].name")
            raise ConfigError(
                f"{where}: {key}: {error}" if where else f"{key}: {error}", key=key, source=where
            ) from error
    return tuple(found)
