"""`heartbit heartbeat new`: a HEARTBEAT file from a command line, and what is left to do until it beats."""

import asyncio
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime import beating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.settings import read
from heartbit_tui.schedules import beats_new, beats_plan, beats_told, durations, zones
from heartbit_tui.schedules.beats import BeatState, Heartbeat, Standing
from heartbit_tui.schedules.facts import of_heartbeat
from heartbit_tui.store.locks import daemon_lives

WRITTEN = "{file} is written: every {every}, {hours}."
NAMED = "It counts, because heartbeat.workspaces names its folder."
UNTRUSTED = "It does not beat before its folder is trusted: heartbit trust add {folder}"
CHANGED = (
    "Its folder was trusted without it, so none of its heartbeats beats before you trust it as it is now: "
    "heartbit trust add {folder}"
)
OFF = "heartbeat.enabled is false, so the daemon lets none of them beat."
NO_DAEMON = "No daemon is running: `heartbit daemon` starts one, `heartbit heartbeat run {name}` does it once."
FIRST = "At the soonest it beats {when}, at {at:%Y-%m-%d %H:%M}."
NEVER = "Its hours never come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that was written, and how things stand with its folder: `named`, `changed` or `untrusted`."""

    beat: Heartbeat
    folder: str
    first: datetime | None
    lives: bool
    enabled: bool


def main(values: Namespace) -> int:
    """Write the file and tell when it beats; the exit code."""
    return attempt(lambda: asyncio.run(_new(values)))


async def _new(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    settings = await read(around.options, clock)
    named = beating.named(settings.config, around.environment)
    here = around.cwd.resolve()
    folder = here if here in named else around.root
    was_known = around.trust.known(folder) is not None
    beat = beats_new.make(folder, clean(values.name), _text(values), zones.local(around.environment))
    now = clock.now()
    made = Made(
        beat=beat,
        folder="named" if folder in named else "changed" if was_known else "untrusted",
        first=beats_plan.first(beat, BeatState(key=beat.key), now, 0),
        lives=await asyncio.to_thread(daemon_lives, settings.store),
        enabled=settings.config.boolean("heartbeat.enabled"),
    )
    for warning in (*beat.warnings, *beating.slips(beat.tools)):
        sys.stderr.write(f"heartbit: {warning}\n")
    if values.json:
        say_json(_facts(made))
    else:
        say("\n".join(_lines(made, now)))
    return 0


def _text(values: Namespace) -> str:
    table: dict[str, str | float] = {
        "every": clean(values.every or ""),
        "active_hours": clean(values.active_hours or ""),
        "days": clean(values.days or ""),
        "timezone": clean(values.timezone or ""),
        "type": clean(values.type or ""),
        "tools": clean(values.tools or ""),
        "max_cost": values.max_cost or "",
    }
    return beats_new.text_of(table, clean(" ".join(values.text)))


def _facts(made: Made) -> dict[str, object]:
    standing = Standing(key=made.beat.key, file=made.beat.file, state=_state(made), heartbeat=made.beat)
    return {**of_heartbeat(standing), "folder": made.folder, "daemon": made.lives}


def _state(made: Made) -> BeatState:
    return BeatState(key=made.beat.key, next_due=made.first, every=made.beat.every)


def _lines(made: Made, now: datetime) -> Iterator[str]:
    beat, folder = made.beat, _quoted(made.beat.workspace)
    yield WRITTEN.format(file=beat.file, every=durations.shown(beat.every), hours=beats_told.hours(beat))
    yield {"named": NAMED, "changed": CHANGED, "untrusted": UNTRUSTED}[made.folder].format(folder=folder)
    if not made.enabled:
        yield OFF
    elif not made.lives:
        yield NO_DAEMON.format(name=beat.file.name)
    if made.first is None:
        yield NEVER
    else:
        yield FIRST.format(when=beats_told.ahead(made.first, now), at=made.first.astimezone())


def _quoted(path: Path) -> str:
    """A path as it is written in a shell."""
    return shlex.quote(str(path))
