"""`heartbit view`: a run from a file, or a stored session, seen again on the screen."""

import asyncio
import os
from argparse import Namespace
from datetime import UTC, datetime

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.types import About
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.store import Store
from heartbit_tui.tui.preparing import setup_of
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.start import Manner, view_file, view_log


def main(values: Namespace) -> int:
    """Show it until the person leaves; the exit code."""
    return attempt(lambda: asyncio.run(_view(values)))


async def _view(values: Namespace) -> int:
    if not (os.isatty(0) and os.isatty(1)):
        raise UsageError(
            "A replay needs a terminal at both ends. To read a session elsewhere: heartbit sessions export ID."
        )
    around = Surroundings(values)
    setup = setup_of(around.options)
    manner = Manner(playing=not values.still, speed=float(values.speed or 1), follow=values.follow)
    path = around.cwd / values.what
    if path.is_file():
        start = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        try:
            return await view_file(setup, path, Reader(start), manner)
        except OSError as error:
            raise UsageError(f"{path} could not be read: {error.strerror or error}.") from error
    return await _stored(around, setup, values.what, manner)


async def _stored(around: Surroundings, setup: Setup, name: str, manner: Manner) -> int:
    if not around.sessions_file.is_file():
        raise UsageError(f"There is no file {name!r} here, and no session is stored yet.")
    async with Store.open(around.sessions_file, SystemClock()) as store:
        info = await store.index.info(await store.index.resolve(name))
        log = await store.load(info.id)
    if not log.envelopes:
        raise UsageError(f"The session {name!r} holds nothing that could be shown.")
    about = About(session_id=info.id, cwd="", provider="", model="", mode=Mode.ASK, tools=())
    return await view_log(setup, tuple(log.envelopes), about, manner)
