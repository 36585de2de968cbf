"""Tasks that ended long ago are forgotten, a few at a time, so that the data file stays bounded."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.inbox import Inbox
from heartbit_tui.tasks import prune
from heartbit_tui.tasks.grouping import Database

LOG = logging.getLogger("heartbit.daemon")

EVERY: Final = 86_400.0
"""Seconds between two times."""

AT_ONCE: Final = 200
"""Tasks of one write: it takes milliseconds, and whoever hands a task over meanwhile waits for no more than that."""


async def forget(database: Database, inbox: Inbox, before: datetime, at_once: int = AT_ONCE) -> int:
    """Forget the tasks that ended before this, with the letters about them that a person was done with; how many went.

    Raises `StoreError`; what was forgotten until then is.
    """
    count = 0
    while gone := await prune(database, before, at_once):
        await inbox.forget(gone)
        count += len(gone)
    return count


@asynccontextmanager
async def forgetting(database: Database, inbox: Inbox, clock: Clock, days: int) -> AsyncGenerator[None]:
    """Forget what ended more than so many days ago, now and once a day until this is left; nothing with 0 days."""
    if not days:
        yield
        return
    work = asyncio.create_task(_daily(database, inbox, clock, timedelta(days=days)), name="forget old tasks")
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _daily(database: Database, inbox: Inbox, clock: Clock, age: timedelta) -> None:
    while True:
        try:
            if count := await forget(database, inbox, clock.now() - age):
                LOG.info("%d tasks that ended more than %d days ago were forgotten", count, age.days)
        except StoreError as error:
            LOG.error("old tasks cannot be forgotten: %s", error)
        await clock.sleep(EVERY)
