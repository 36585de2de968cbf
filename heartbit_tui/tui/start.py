"""Opens the screen, and leaves nothing behind it but the session and a word of farewell."""

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from heartbit_tui.tui.app import HeartbitApp, Load
from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.terminal.driver import driver_for
from heartbit_tui.tui.terminal.goodbye import say_goodbye
from heartbit_tui.tui.theme.last import last

if TYPE_CHECKING:
    from heartbit_tui.runtime.options import Options
    from heartbit_tui.tui.live import Live
    from heartbit_tui.tui.talk.talk import Connect


def run(given: "Callable[[], Options]", launched: Launched, task: str = "", connect: "Connect | None" = None) -> int:
    """Show the screen that `launched` has painted until the person leaves; the exit code.

    What the command line asks for is read by `given` once the screen stands; it may raise `HeartbitError`.
    """
    return asyncio.run(_run(given, launched, task, connect))


async def _run(given: "Callable[[], Options]", launched: Launched, task: str, connect: "Connect | None") -> int:
    async with asyncio.TaskGroup() as tasks:
        live = loader(given, task, tasks, connect)
        app = HeartbitApp(last(os.environ), live, environment=os.environ, driver=driver_for(launched))
        try:
            code = await app.run_async()
        finally:
            if app.live is not None:
                app.live.leave()
    if app.live is not None:
        say_goodbye(app.live.farewell())
    return app.return_code or code or 0


def loader(
    given: "Callable[[], Options]", task: str, tasks: asyncio.TaskGroup, connect: "Connect | None" = None
) -> Load:
    """What brings the rest of the application: imported and read in a thread, so that keys are heard meanwhile."""

    async def load_live(app: HeartbitApp) -> "Live":
        make = await asyncio.to_thread(_prepare, given, task)
        return make(app, tasks, connect)

    return load_live


def _prepare(
    given: "Callable[[], Options]", task: str
) -> "Callable[[HeartbitApp, asyncio.TaskGroup, Connect | None], Live]":
    from heartbit_tui.tui.preparing import prepared

    return prepared(given(), task)
