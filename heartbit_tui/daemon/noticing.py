"""Notices people who work at their screens beside the daemon: what heartbeats put off for having nothing to say is put off no more."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.index import Index
from heartbit_tui.tasks.recent import Recent

LOG = logging.getLogger("heartbit.daemon")

EVERY: Final = 60.0
"""Seconds between two looks. The engine of the heartbeats looks as often."""

ALL: Final = 2**63 - 1
"""A number that no prompt has."""


class People:
    """Who gives prompts in sessions that are not of tasks. What is handed over as a task the daemon hears of anyway."""

    def __init__(self, index: Index, tasks: Recent) -> None:
        self._index = index
        self._tasks = tasks
        self._last: int | None = None

    async def are_there(self) -> bool:
        """Whether a prompt was given since this was asked before; at first there was none. Raises `StoreError`."""
        before = ALL if self._last is None else self._last
        self._last, sessions = await self._index.prompted(before)
        return bool(sessions) and not await self._tasks.all_in(sessions)


@asynccontextmanager
async def noticing(people: People, noticed: Callable[[], Awaitable[None]], clock: Clock) -> AsyncGenerator[None]:
    """Call `noticed` after each look that found people there, until this is left."""
    work = asyncio.create_task(_looking(people, noticed, clock), name="notice people")
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _looking(people: People, noticed: Callable[[], Awaitable[None]], clock: Clock) -> None:
    while True:
        try:
            if await people.are_there():
                await noticed()
        except HeartbitError as error:
            LOG.warning("who is there cannot be told: %s", error)
        await clock.sleep(EVERY)
