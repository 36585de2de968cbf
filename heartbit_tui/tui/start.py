"""Opens the screen, and leaves nothing behind it but the session and a word of farewell."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.tui.ahead import Ahead
from heartbit_tui.tui.app import HeartbitApp, Load
from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.terminal.driver import driver_for
from heartbit_tui.tui.terminal.goodbye import say_goodbye
from heartbit_tui.tui.theme.last import last

if TYPE_CHECKING:
    from heartbit_tui.runtime.options import Options
    from heartbit_tui.tui.live import Live
    from heartbit_tui.tui.talk.talk import Connect


CODES: Mapping[str, int] = MappingProxyType({"usage": 2, "auth": 41, "config": 52, "untrusted": 55, "network": 69})
"""The exit code of a screen that could not come alive, by the kind of its fault."""


def run(
    given: "Callable[[], Options]",
    launched: Launched,
    task: str = "",
    connect: "Connect | None" = None,
    *,
    folder: str = "",
) -> int:
    """Show the screen that `launched` has painted until the person leaves; the exit code.

    What the command line asks for is read by `given` once the screen stands; it may raise `HeartbitError`. `folder`
    is told in the footer until the session says where it works.
    """
    return asyncio.run(_run(Ahead(given, connect), launched, task, folder))


async def _run(ahead: Ahead, launched: Launched, task: str, folder: str) -> int:
    async with asyncio.TaskGroup() as tasks:
        live = loader(ahead, task, tasks)
        app = HeartbitApp(last(os.environ), live, environment=os.environ, driver=driver_for(launched))
        app.take_early = ahead.take
        app.standing = replace(app.standing, folder=folder)
        try:
            code = await app.run_async()
        finally:
            ahead.leave()
            if app.live is not None:
                app.live.leave()
    if app.live is not None:
        say_goodbye(app.live.farewell())
    if app.fault is not None:
        say_goodbye((f"heartbit: {app.fault}",), 2)
        return CODES.get(app.fault.kind, 1)
    return app.return_code or code or 0


def loader(ahead: Ahead, task: str, tasks: asyncio.TaskGroup) -> Load:
    """What brings the rest of the application: after the session has been opened, and in a thread."""

    async def load_live(app: HeartbitApp) -> "Live":
        tasks.create_task(ahead.run(), name="first session")
        await ahead.ready()
        make = await asyncio.to_thread(_prepare, ahead, task)
        return make(app, tasks)

    return load_live


def _prepare(ahead: Ahead, task: str) -> "Callable[[HeartbitApp, asyncio.TaskGroup], Live]":
    from heartbit_tui.tui.preparing import prepared

    return prepared(ahead, task)
