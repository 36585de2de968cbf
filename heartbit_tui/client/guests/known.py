"""What a guest knows of a session beside its log, and how it is kept in line with the session."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

from heartbit_tui.client.guests.answers import State
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.remote import UnreachableError
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.errors import HeartbitError

LEAST: Final = 0.2
"""Seconds between two looks while a run is active."""

AGAIN: Final = 0.1
"""Seconds after which a session that is busy beside no run is looked at again: nothing tells the end of that."""

SELDOM: Final = 2.0
"""The same, where it takes long."""

OLD: Final = 1.0
"""Seconds after which what somebody looks at is asked for anew."""

PATIENCE: Final = 2.0
"""Seconds that what happened is held back until what stands beside it is known."""


class Known:
    """The state and the context of a session as they were told last; `keep` asks for them when they may be different.

    `jobs` names the commands in the background whose output is wanted.
    """

    def __init__(self, visit: Visit, state: State, outlook: Outlook, jobs: Callable[[], str]) -> None:
        self.state = state
        self.outlook = outlook
        self._visit = visit
        self._jobs = jobs
        self._wanted = 0
        self._found = 0
        self._looks = 0.0
        self._stale = asyncio.Event()
        self._fresh = asyncio.Event()

    def touch(self) -> None:
        """Something has happened: what is known may be old."""
        self._wanted += 1
        self._stale.set()

    def looked(self) -> None:
        """Somebody looks at what nothing tells the change of."""
        if asyncio.get_running_loop().time() - self._looks > OLD:
            self.touch()

    async def fresh(self) -> None:
        """Return once all that was wanted so far is known, or it takes too long."""
        if not self._visit.there:
            return
        self.touch()
        wanted = self._wanted
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._found < wanted:
                    self._fresh.clear()
                    await self._fresh.wait()

    async def keep(self, changed: Callable[[], None], quiet: Callable[[], bool]) -> None:
        """Ask whenever it is needed; `changed` is called after each answer.

        What a session is busy with while it is `quiet`, as its log tells, is asked for until it has ended.
        """
        pause = LEAST
        while True:
            await self._stale.wait()
            self._stale.clear()
            wanted = self._wanted
            await self._ask()
            self._looks = asyncio.get_running_loop().time()
            self._found = wanted
            self._fresh.set()
            changed()
            pause = min(pause * 2, SELDOM) if self.state.running and quiet() else LEAST
            if self.state.running:
                await asyncio.sleep(pause)
                if quiet():
                    self._stale.set()

    async def busy(self) -> None:
        """Return once the session is busy no longer."""
        while self.state.running and self._visit.there:
            await asyncio.sleep(AGAIN)
            await self.fresh()

    async def _ask(self) -> None:
        """Ask; where nobody answers, or the session is not open, what was known stays."""
        with suppress(UnreachableError, HeartbitError):
            self.state = cast("State", await self._visit.view("state", jobs=self._jobs()))
            self.outlook = cast("Outlook", await self._visit.view("context"))
