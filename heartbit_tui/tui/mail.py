"""How many letters wait in the inbox, as the footer tells it: looked at when the data file was written to."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.acts import table

if TYPE_CHECKING:
    from heartbit_tui.client.letters import Letters
    from heartbit_tui.tui.app import HeartbitApp

EVERY: Final = 2.0
"""Seconds between two looks at when the data file was written to, which read nothing of it."""

LEAST: Final = 5.0
"""Seconds between two looks into it: a session that is at work here writes all the time."""


FAR: Final = 15
"""Of so many looks one asks a daemon whose session is seen, and whose file is elsewhere: every half minute."""


class Mail:
    """Follows the inbox of the session that is seen; a screen that nobody looks at does not."""

    def __init__(self, app: "HeartbitApp") -> None:
        self.number = 0
        """How many letters wait."""
        self.unread = 0
        """How many of them are new."""
        self.heard: Callable[[], None] | None = None
        """Called when something of the inbox may be different: for the list that is open."""
        self.own: Letters | None = None
        """The inbox of this machine; made when it is first asked for."""
        self._app = app
        self._stir = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    def letters(self) -> "Letters":
        """The inbox of the daemon whose session is seen, else that of this machine."""
        return table.letters(self._app)

    def begin(self) -> None:
        """Follow it until `leave`."""
        options = self._app.living.setup.options
        if self._following is None and not options.demo:
            self._following = asyncio.create_task(self._follow(), name="inbox")

    def leave(self) -> None:
        """Follow it no longer."""
        if self._following is not None:
            self._following.cancel()

    def soon(self) -> None:
        """Look at once: something may be different."""
        self._stir.set()

    async def _follow(self) -> None:
        log, seen, looks = table.data_file(self._app), None, 0
        self.soon()
        while True:
            looks += 1
            stirred = _written(log) != seen or (looks % FAR == 0 and table.joined(self._app))
            if self._stir.is_set() or (stirred and self._app.app_focus):
                self._stir.clear()
                await self._look()
                seen = _written(log)
                await self._wait(LEAST)
            await self._wait(EVERY)

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stir.wait()

    async def _look(self) -> None:
        try:
            found = await self.letters().waiting()
        except (HeartbitError, OSError):  # told where the inbox is opened; the footer tells of a number or of nothing
            number, unread = 0, 0
        else:
            number, unread = found.letters, found.unread
        if (number, unread) != (self.number, self.unread) and self._app.is_attached:
            self.number, self.unread = number, unread
            self._app.living.bridge.retold()
        if self.heard is not None:
            self.heard()


def _written(file: Path) -> tuple[int, int] | None:
    """When a file was last written to, with what was not put into it yet; None where it is not there."""
    with suppress(OSError):
        held = file.stat()
        with suppress(OSError):
            held = file.with_name(f"{file.name}-wal").stat()
        return held.st_mtime_ns, held.st_size
    return None
