"""`heartbit schedule`: list, add, remove, pause, resume, next."""

import asyncio
import heapq
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.asleep import tell_where_none_runs
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, listed, one_line, say, say_json
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.scheduling import Schedules, scheduling
from heartbit_tui.runtime.settings import read
from heartbit_tui.schedules.durations import shown
from heartbit_tui.schedules.facts import of_schedule
from heartbit_tui.schedules.reading import ScheduleError, Wanted
from heartbit_tui.schedules.types import Firing, Schedule

USUAL = 10
"""Coming times that are told where no number is given."""

MOST = 10_000
"""Coming times that are told at most."""

UNQUOTED = 'One field, {cron!r}, is no cron expression: put all of its fields in quotes, as in "0 9 * * MON-FRI".'
NONE = "There are no schedules. `heartbit schedule add` adds one."
STAGES: Mapping[str, str] = MappingProxyType(
    {"seen": "not yet due", "claimed": "being handed over", "running": "at work"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The schedules as they are for a command, and the time at which it works."""

    schedules: Schedules
    known: tuple[Schedule, ...]
    around: Surroundings
    now: datetime

    def one(self, name: str) -> Schedule:
        """The schedule of a name. Raises `UsageError`."""
        for each in self.known:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.known)
        raise UsageError(f"There is no schedule {name!r}. {f'There are: {names}.' if names else NONE}")


Act: TypeAlias = Callable[[Here, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_act(values)))


async def _act(values: Namespace) -> int:
    async with here(values) as found:
        try:
            return await _ACTS[values.command.partition(" ")[2]](found, values)
        except ScheduleError as error:
            raise UsageError(str(error)) from error


@asynccontextmanager
async def here(values: Namespace) -> AsyncGenerator[Here]:
    """The schedules of the settings that hold where the command works, and of the data file."""
    around, clock = Surroundings(values), SystemClock()
    async with scheduling(await read(around.options, clock), _tell) as schedules:
        yield Here(schedules=schedules, known=await schedules.known(), around=around, now=clock.now())


async def _list(found: Here, values: Namespace) -> int:
    firings = await found.schedules.firings.all()
    if values.json:
        say_json([of_schedule(each, firings.get(each.source), found.now) for each in found.known])
    elif found.known:
        say(listed(_row(each, firings.get(each.source), found.now) for each in found.known))
        tell_where_none_runs(found.around.sessions_file)
    else:
        sys.stderr.write(f"{NONE}\n")
    return 0


async def _add(found: Here, values: Namespace) -> int:
    cron = clean(values.cron)
    if len(cron.split()) == 1 and not cron.strip().startswith("@"):
        raise UsageError(UNQUOTED.format(cron=cron))
    wanted = Wanted(
        name=clean(values.name),
        cron=cron,
        task=clean(" ".join(values.task)).strip(),
        dialect=values.dialect or "standard",
        timezone=clean(values.timezone or "UTC"),
        overlap=values.overlap or "skip",
        jitter=clean(values.jitter or ""),
        catch_up=not values.no_catch_up,
        folder=str(found.around.cwd),
    )
    schedule = await found.schedules.add(wanted, found.now)
    if values.json:
        say_json(of_schedule(schedule, None, found.now))
        return 0
    times = [_moment(due, schedule) for due in schedule.cron.coming(found.now, 3)]
    say(f"{schedule.name} is added, in {schedule.folder}. It is due {', '.join(times)}, and so on.")
    tell_where_none_runs(found.around.sessions_file)
    return 0


async def _remove(found: Here, values: Namespace) -> int:
    name = clean(values.name)
    if not await found.schedules.remove(name):
        found.one(name)
    if values.json:
        say_json({"removed": name})
    else:
        say(f"{name} is removed.")
    return 0


async def _pause(found: Here, values: Namespace) -> int:
    schedule, paused = found.one(clean(values.name)), values.command == "schedule pause"
    await found.schedules.pause(schedule, found.now, paused=paused)
    if values.json:
        say_json({"name": schedule.name, "paused": paused})
    else:
        say(f"{schedule.name} {'rests until `heartbit schedule resume`' if paused else 'goes on'}.")
    return 0


async def _next(found: Here, values: Namespace) -> int:
    count = min(values.number or USUAL, MOST)
    chosen = [found.one(clean(values.name))] if values.name else [each for each in found.known if each.at_work]
    coming = heapq.merge(*(_coming(each, found.now) for each in chosen), key=lambda pair: (pair[0], pair[1].name))
    pairs = list(islice(coming, count))
    if values.json:
        say_json([{"name": each.name, "at": due.astimezone(each.cron.zone).isoformat()} for due, each in pairs])
    elif pairs:
        say(columns((_moment(due, each), each.name) for due, each in pairs))
    else:
        sys.stderr.write("No schedule is switched on.\n" if found.known else f"{NONE}\n")
    return 0


_ACTS: Mapping[str, Act] = MappingProxyType(
    {"list": _list, "add": _add, "remove": _remove, "pause": _pause, "resume": _pause, "next": _next}
)


def _coming(schedule: Schedule, now: datetime) -> Iterator[tuple[datetime, Schedule]]:
    return ((due, schedule) for due in schedule.cron.following(now))


def _moment(due: datetime, schedule: Schedule) -> str:
    """A moment as the clocks of the schedule's zone show it, with the zone."""
    there, zone = due.astimezone(schedule.cron.zone), str(schedule.cron.zone)
    letters = there.tzname() or ""
    return f"{there:%a %Y-%m-%d %H:%M:%S} {letters}{f' ({zone})' if zone != letters else ''}"


def _row(schedule: Schedule, firing: Firing | None, now: datetime) -> tuple[str, ...]:
    due = schedule.cron.after(now) if schedule.at_work else None
    rests = "switched off" if not schedule.enabled else "paused" if schedule.paused else ""
    coming = rests or "never" if due is None else f"next {_moment(due, schedule)}"
    return (schedule.name, schedule.cron.expression, coming, _how(schedule), _last(firing), one_line(schedule.task, 60))


def _how(schedule: Schedule) -> str:
    told = [schedule.overlap]
    if schedule.jitter:
        told.append(f"late by up to {shown(schedule.jitter)}")
    if not schedule.catch_up:
        told.append("no catching up")
    if schedule.origin == "added":
        told.append("added")
    return ", ".join(told)


def _last(firing: Firing | None) -> str:
    stage = firing.stage if firing else "seen"
    passed = f", {firing.passed} passed over" if firing and firing.passed else ""
    return f"{STAGES.get(stage, f'last {stage}')}{passed}"


def _tell(sentence: str) -> None:
    sys.stderr.write(f"heartbit: {one_line(sentence, 400)}\n")
