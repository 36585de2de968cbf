"""Opens the screen, and leaves nothing behind it but the session and a word of farewell."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.types import Client
from heartbit_tui.config.directories import directories
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talk import Connect
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.load import load


@asynccontextmanager
async def connect(options: Options) -> AsyncGenerator[Client]:
    """A session in this process; what it needs is imported in a thread, so that keys are heard meanwhile."""
    local = await asyncio.to_thread(_local)
    async with local(options) as client:
        yield client


def _local() -> Connect:
    from heartbit_tui.client.local import local

    return local


def run(options: Options, task: str = "") -> int:
    """Show the screen until the person leaves; the exit code."""
    return asyncio.run(_run(options, task))


async def _run(options: Options, task: str) -> int:
    places = directories(options.environment, Path(options.environment.get("HOME", "/")))
    setup = Setup(
        options=options,
        keymap=keymap(),
        theme=load("heartbit"),
        wishes=Wishes(),
        history=HistoryFile(places.state / "history"),
        task=task,
    )
    pace = Pace(time.monotonic, asyncio.sleep)
    async with Talks(connect, pace) as talks:
        talks.open(options)
        app = HeartbitApp(setup, talks)
        return await app.run_async() or 0
