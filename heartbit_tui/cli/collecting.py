"""`heartbit gc`: removes what undo does not need any more."""

import asyncio
from argparse import Namespace

from heartbit_tui.cli.sessions import MEGABYTE
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.opening import UNDO
from heartbit_tui.runtime.undo_stored import sweep
from heartbit_tui.store.store import Store
from heartbit_tui.undo.collect import Collected, InUse

IN_USE = "A session is open, and what it will need is not known yet. Close all sessions and try again."


def main(values: Namespace) -> int:
    """Make room; the exit code."""
    return attempt(lambda: asyncio.run(_main(values)))


async def _main(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    configured = settings.configuration(around.options).integer("undo.max_bytes")
    most = values.max_mb * MEGABYTE if values.max_mb else configured
    async with Store.open(around.sessions_file, clock) as store:
        try:
            done = await sweep(store, around.places.data / UNDO, clock, most=most, dry_run=values.dry_run)
        except InUse as error:
            raise HeartbitError(IN_USE) from error
    if values.json:
        say_json({"removed": done.removed, "freed": done.freed, "kept": done.size, "dropped": list(done.dropped)})
    else:
        say(_told(done, dry_run=values.dry_run))
    return 0


def _told(done: Collected, *, dry_run: bool) -> str:
    verb = "would be removed" if dry_run else "removed"
    said = f"{done.removed} contents {verb}, {_size(done.freed)}. What is kept takes {_size(done.size)}."
    if not done.dropped:
        return said
    one = len(done.dropped) == 1
    return f"{said}\nThe files of {len(done.dropped)} old session{'' if one else 's'} cannot be undone any more."


def _size(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE / 10 else f"{size / 1000:.1f} kB"
