"""Waiting for a moment of the clock on the wall, which may jump."""

import asyncio
from datetime import datetime

from heartbit_tui.kernel.protocols import Clock

LONGEST = 60.0
"""Seconds of one sleep. A machine that was suspended sleeps on from where it was, so whoever waits for a moment looks at the
clock again this often."""


class Waking:
    """Lets one wait for a moment, until somebody says that things have changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Wake who waits: what it waits for has to be worked out again."""
        self._changed.set()

    async def until(self, moment: datetime | None) -> None:
        """Return at the moment, at a change, or after `LONGEST`; None waits for one of the last two."""
        left = LONGEST if moment is None else (moment - self._clock.now()).total_seconds()
        if left > 0:
            await self._first(min(left, LONGEST))
        else:
            await asyncio.sleep(0)
        self._changed.clear()

    async def _first(self, seconds: float) -> None:
        waiting = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._changed.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.wait(waiting)
