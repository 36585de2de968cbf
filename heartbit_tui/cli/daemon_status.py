"""`heartbit daemon status`: what can be seen of the daemons of this machine, without a token."""

import asyncio
from argparse import Namespace
from typing import Final

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json, within
from heartbit_tui.runtime.clock import SystemClock

RUNNING: Final = 0
NOT_RUNNING: Final = 3
"""As the Linux Standard Base has it for `status` of an init script."""


def main(values: Namespace) -> int:
    """Tell it; the exit code says whether a daemon is running."""
    return attempt(lambda: asyncio.run(_status(values)))


async def _status(values: Namespace) -> int:
    from heartbit_tui.daemon import seen
    from heartbit_tui.daemon.unit.placing import settings_folder

    around, clock = Surroundings(values), SystemClock()
    where = seen.Around(
        store=around.sessions_file,
        state=around.places.state,
        config=settings_folder(around.environment),
        environment=around.environment,
    )
    found = await seen.look(where, clock)
    if values.json:
        say_json(seen.json_of(found, clock.now()))
    else:
        say(within(seen.rows(found, clock.now())))
    return RUNNING if found.living else NOT_RUNNING
