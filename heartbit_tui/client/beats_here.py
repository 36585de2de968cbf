"""Heartbeats, schedules and the pulse as this machine's files have them, with a daemon or without."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import PurePath
from typing import Final

from heartbit_tui.client import beats
from heartbit_tui.client.beats import Coming, Due
from heartbit_tui.client.visible import one_line
from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import beating, pulsing
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.scheduling import Schedules, scheduling
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.schedules import beats_told, firings_told
from heartbit_tui.schedules.beats import Standing
from heartbit_tui.schedules.pulse import SOURCE
from heartbit_tui.schedules.types import Firing, Schedule
from heartbit_tui.store.locks import daemon_lives

SAID: Final = 400
"""Letters of what a beat by hand wrote that are told."""

RESTS = "{name} rests until you let it go on."
GOES_ON = "{name} goes on."


def nobody(sentence: str) -> None:
    """Where what is wrong with other schedules concerns nobody."""


class Here:
    """What the data file and the settings of these options have of it."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    async def coming(self) -> Coming:
        settings = await read(self._options, self._clock)
        lives = await asyncio.to_thread(daemon_lives, settings.store)
        notes = list[str]() if lives else [beats.NO_DAEMON]
        if not settings.config.boolean("heartbeat.enabled"):
            notes.append(beats.HEARTBEATS_OFF)
        found = [*await self._heartbeats(settings, notes)]
        try:
            async with scheduling(settings, notes.append) as schedules:
                found += await self._scheduled(settings, schedules)
        except ConfigError as error:
            found.append(Due(kind="schedule", name="schedules", fault=str(error), why=(("because", str(error)),)))
        return Coming(due=beats.ordered(found), notes=tuple(notes), lives=lives)

    async def rest(self, due: Due, *, rests: bool) -> str:
        settings = await read(self._options, self._clock)
        if due.kind == "schedule":
            await self._rest(settings, due.name, rests=rests)
        else:
            async with beating.ledger(settings.store) as ledger:
                await ledger.states.pause(due.name, paused=rests)
        return (RESTS if rests else GOES_ON).format(name=due.name)

    async def _rest(self, settings: Settings, name: str, *, rests: bool) -> None:
        async with scheduling(settings, nobody) as schedules:
            for each in await schedules.known():
                if each.name == name:
                    await schedules.pause(each, self._clock.now(), paused=rests)

    async def run(self, due: Due) -> str:
        command = (sys.executable, "-m", "heartbit_tui", due.kind, "run", due.name)
        code, said = await _ran(command, self._options)
        words = one_line(said.strip(), SAID)
        name = "/".join(PurePath(due.name).parts[-2:])
        if code:
            raise HeartbitError(words.removeprefix("heartbit: ") or f"{name} ended with {code}.")
        return f"{name}: {words}" if words else f"{name} is done."

    async def _heartbeats(self, settings: Settings, notes: list[str]) -> list[Due]:
        places, environment = settings.places, self._options.environment
        found = await asyncio.to_thread(beating.finder(settings.config, places, environment))
        async with beating.ledger(settings.store) as ledger:
            states = await ledger.states.all()
        now = self._clock.now()
        if hint := await asyncio.to_thread(
            beating.uncounted, project_root(self._options.cwd), [each.file for each in found]
        ):
            notes.append(hint)
        return [_heartbeat(each, tuple(beats_told.why(each, now))) for each in beats_told.standings(found, states, now)]

    async def _scheduled(self, settings: Settings, schedules: Schedules) -> list[Due]:
        firings, now = await schedules.firings.all(), self._clock.now()
        found = list[Due]()
        for each in await schedules.known():
            firing = firings.get(each.source)
            due = each.cron.after(now) if each.enabled else None
            found.append(_schedule(each, firing, due))
        if settings.config.boolean("daemon.heartbit_pulse.enabled"):
            found.append(self._pulse(settings, firings.get(SOURCE)))
        return found

    def _pulse(self, settings: Settings, firing: Firing | None) -> Due:
        rhythm, now = pulsing.rhythm(settings.config, self._options.environment), self._clock.now()
        return Due(
            kind="pulse",
            name="pulse",
            # Its list is the daemon's to read: an entry that is new would bring the next look forward.
            next=firings_told.next_look(rhythm, firing, None, now),
            stands=firings_told.LOOKS,
            last=firings_told.last(firing),
            at_work=firings_told.at_work(firing),
            why=tuple(firings_told.why_looks(rhythm, firing, now)),
        )


def _heartbeat(standing: Standing, why: tuple[tuple[str, str], ...]) -> Due:
    state, beat = standing.state, standing.heartbeat
    return Due(
        kind="heartbeat",
        name=standing.key,
        next=None if beat is None else state.next_due,
        stands=beats_told.condition(standing),
        last=state.error,
        fault=standing.fault,
        rests=state.paused,
        at_work=standing.beating,
        can_rest=True,
        can_run=beat is not None,
        why=why,
    )


def _schedule(schedule: Schedule, firing: Firing | None, due: datetime | None) -> Due:
    return Due(
        kind="schedule",
        name=schedule.name,
        next=due,
        stands=firings_told.condition(schedule),
        last=firings_told.last(firing),
        rests=schedule.paused,
        at_work=firings_told.at_work(firing),
        can_rest=schedule.enabled,
        can_run=True,
        why=tuple(firings_told.why(schedule, firing)),
    )


async def _ran(command: tuple[str, ...], options: Options) -> tuple[int, str]:
    """The exit code of a command of heartbit's own, and what it said; cancelled, it is stopped with all it began."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=options.cwd,
        env=dict(options.environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        raise
    code = process.returncode or 0
    return code, (err if code else out).decode("utf-8", "replace")
