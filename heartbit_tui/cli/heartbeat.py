"""`heartbit heartbeat`: list, run, pause, resume, why, import."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.asleep import tell_where_none_runs
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, listed, one_line, say, say_json, within
from heartbit_tui.config import Config
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime import beating
from heartbit_tui.runtime.beating import Ledger
from heartbit_tui.runtime.bounding import Allowance, bounded
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.settings import read
from heartbit_tui.schedules import beats_old, beats_plan, beats_told
from heartbit_tui.schedules.beats import BeatState, Done, Heartbeat, Said, Standing, is_silent
from heartbit_tui.schedules.beats_engine import GRACE, TOO_LONG, patience
from heartbit_tui.schedules.beats_found import Finder
from heartbit_tui.schedules.facts import of_heartbeat
from heartbit_tui.store.locks import daemon_lives

NONE = "No heartbeats. Put a HEARTBEAT.md into a trusted folder, or into one that heartbeat.workspaces names.\n"
OFF = "heartbit: heartbeat.enabled is false, so the daemon lets none of them beat.\n"
UNKNOWN = "There is no heartbeat {which}. `heartbit heartbeat list` tells which there are."
MANY = "{which} means several heartbeats: {files}. Give more of the path."
NOT_USED = "{file} is no heartbeat as it stands: {fault}"
AT_WORK = "{file} beats now. Run it once that has ended; `heartbit heartbeat why` tells how it went."
GONE = "heartbit: {folder}: heartbeat.workspaces names it, and there is no such folder.\n"
QUIET = "It has nothing to say."
LONGEST = 80
"""Characters of a row's last cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command works with."""

    around: Surroundings
    ledger: Ledger
    find: Finder
    clock: SystemClock
    config: Config
    store: Path

    async def standings(self) -> tuple[Standing, ...]:
        """How all heartbeats stand, the next one first."""
        found = await asyncio.to_thread(self.find)
        return beats_told.standings(found, await self.ledger.states.all(), self.clock.now())

    async def meant(self, values: Namespace) -> Standing:
        """The one that a word of the command line names: the file where the person stands, else one by the end of its path.

        Raises `UsageError`, also for a file that is here and does not count, whatever others are called so.
        """
        which = clean(values.which)
        here = self.around.cwd.resolve() / which
        known = await self.standings()
        ends = f"/{which.lstrip('./')}"
        found = [each for each in known if each.key == str(here)]
        if not found and not await asyncio.to_thread(here.exists):
            found = [each for each in known if f"/{each.key}".endswith(ends)]
        if not found:
            hint = beating.uncounted(self.around.root, [each.file for each in known])
            raise UsageError(f"{UNKNOWN.format(which=which)} {hint}".strip())
        if len(found) > 1:
            raise UsageError(MANY.format(which=which, files=", ".join(each.key for each in found)))
        return found[0]


Act: TypeAlias = Callable[[Desk, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: asyncio.run(_at_desk(values)))


async def _at_desk(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    settings = await read(around.options, clock)
    find = beating.finder(settings.config, around.places, around.environment)
    async with beating.ledger(settings.store) as ledger:
        desk = Desk(around=around, ledger=ledger, find=find, clock=clock, config=settings.config, store=settings.store)
        return await _ACTS[values.command.partition(" ")[2]](desk, values)


async def _list(desk: Desk, values: Namespace) -> int:
    found = await desk.standings()
    if values.json:
        say_json([of_heartbeat(each) for each in found])
        return 0
    if not desk.config.boolean("heartbeat.enabled"):
        sys.stderr.write(OFF)
    for folder in beating.named(desk.config, desk.around.environment):
        if not folder.is_dir():
            sys.stderr.write(GONE.format(folder=folder))
    if hint := beating.uncounted(desk.around.root, [each.file for each in found]):
        sys.stderr.write(f"heartbit: {hint}\n")
    if found:
        say(listed(_row(each, desk.clock.now()) for each in found))
        tell_where_none_runs(desk.around.sessions_file)
    else:
        sys.stderr.write(NONE)
    return 0


async def _why(desk: Desk, values: Namespace) -> int:
    standing = await desk.meant(values)
    if values.json:
        say_json(of_heartbeat(standing))
    else:
        slips = beating.slips(standing.heartbeat.tools) if standing.heartbeat else ()
        rows = beats_told.why(standing, desk.clock.now())
        say(within((*rows, *(("warning", slip) for slip in slips))))
    return 1 if standing.heartbeat is None else 0


async def _pause(desk: Desk, values: Namespace) -> int:
    standing, paused = await desk.meant(values), values.command == "heartbeat pause"
    await desk.ledger.states.pause(standing.key, paused=paused)
    return _said(values, standing, "rests until `heartbit heartbeat resume`" if paused else "goes on")


async def _run(desk: Desk, values: Namespace) -> int:
    standing = await desk.meant(values)
    beat = standing.heartbeat
    if beat is None:
        raise ConfigError(NOT_USED.format(file=standing.key, fault=standing.fault), source=standing.key)
    began = desk.clock.now()
    before = await _begun(desk, beat, began)
    try:
        done = await _bounded(desk, beat)
    except asyncio.CancelledError:
        await desk.ledger.states.ran(beats_plan.interrupted(before, began, desk.clock.now()))
        raise
    await desk.ledger.states.ran(beats_plan.ended(beat, before, done, began, desk.clock.now()))
    if not done.ok or not is_silent(done.text):
        said = Said(heartbeat=beat, at=began, text=done.text, ok=done.ok, task=done.task)
        await beating.telling(desk.ledger.inbox)(said)
    if values.json:
        say_json({"file": beat.key, "ok": done.ok, "silent": done.ok and is_silent(done.text), "text": done.text})
    elif not done.ok:
        sys.stderr.write(f"heartbit: {one_line(done.text, 400)}\n")
    else:
        say(QUIET if is_silent(done.text) else done.text)
    return 0 if done.ok else 1


async def _begun(desk: Desk, beat: Heartbeat, began: datetime) -> BeatState:
    """How it stood before it begins here; that it does is kept, so that a daemon does not begin it as well.

    Raises `ConfigError` where a daemon is at it.
    """
    before = (await desk.ledger.states.all()).get(beat.key) or BeatState(key=beat.key)
    at_work = (
        before.status == "begun"
        and before.last_run is not None
        and began - before.last_run < timedelta(seconds=patience(beat) + GRACE)
    )
    fresh = beats_plan.begun(beat, before, began)
    if (at_work and await asyncio.to_thread(daemon_lives, desk.store)) or not await desk.ledger.states.begin(
        before, fresh
    ):
        raise ConfigError(AT_WORK.format(file=beat.key), source=beat.key)
    return before


async def _bounded(desk: Desk, beat: Heartbeat) -> Done:
    """Do a beat; one that takes too long is stopped, as in a daemon."""
    try:
        async with asyncio.timeout(patience(beat)):
            return await _done(desk, beat)
    except TimeoutError:
        return Done(ok=False, text=TOO_LONG.format(seconds=patience(beat)))


async def _done(desk: Desk, beat: Heartbeat) -> Done:
    """Do a beat here and now, in a session of its own at which nobody is asked."""
    from heartbit_tui.client.local import local
    from heartbit_tui.library.exchange import Exchange

    options = replace(
        desk.around.options, cwd=beat.workspace, on_ask="deny", tools=None if beat.kind == "meditate" else beat.tools
    )
    try:
        if beat.kind == "meditate":
            return await beating.meditated(options, desk.clock, desk.ledger.inbox)
        allowance = Allowance(cost_usd=beat.max_cost, tokens=beat.max_tokens, calls=beat.max_calls)
        async with local(bounded(options, desk.config, allowance)) as client:
            exchange = Exchange(client.about.session_id, desk.clock.monotonic)
            envelopes = client.envelopes()
            client.submit(Prompt(content=(Text(text=beating.worded(beat)),)))
            async for envelope in envelopes:
                exchange.take(envelope)
                if exchange.result is not None:
                    break
            await client.finish()
    except HeartbitError as error:
        return Done(ok=False, text=str(error))
    result = exchange.result
    if result is None or not result.ok:
        return Done(ok=False, text=result.error if result else "It ended without an answer.")
    return Done(ok=True, text=result.text, task=result.session_id)


async def _import(desk: Desk, values: Namespace) -> int:
    name = clean(values.file)
    text = _text(desk.around.cwd, name)
    files = [each.file for each in await asyncio.to_thread(desk.find)]
    states = beats_old.states(text, files, name)
    count = await desk.ledger.states.take_in(states)
    if values.json:
        say_json({"states": len(states), "taken_in": count})
    else:
        say(f"{count} taken over, of {len(states)} that are about heartbeats of these workspaces.")
    return 0


def _text(cwd: Path, name: str) -> str:
    try:
        return (cwd / Path(name).expanduser()).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: it cannot be read: {error}.", source=name) from error


_ACTS: Mapping[str, Act] = MappingProxyType(
    {"list": _list, "run": _run, "pause": _pause, "resume": _pause, "why": _why, "import": _import}
)


def _row(standing: Standing, now: datetime) -> tuple[str, ...]:
    due = "-" if standing.heartbeat is None or standing.state.paused else beats_told.ahead(standing.state.next_due, now)
    warned = standing.heartbeat.warnings[0] if standing.heartbeat and standing.heartbeat.warnings else ""
    told = f"last {beats_told.ago(standing.state.last_run, now)}"
    last = standing.fault or standing.state.error or (f"{told}; {warned}" if warned else told)
    return (standing.key, due, beats_told.condition(standing), one_line(last, LONGEST))


def _said(values: Namespace, standing: Standing, done: str) -> int:
    if values.json:
        say_json({"file": standing.key, "paused": values.command == "heartbeat pause"})
    else:
        say(f"{standing.key} {done}.")
    return 0
