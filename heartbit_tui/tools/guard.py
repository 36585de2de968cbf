"""Takes back what commands in the background of a sandbox do to what decides what runs outside of it."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from heartbit_tui.kernel.events import Notice
from heartbit_tui.tools.confinement import Confinement

EVERY = 5.0
"""Seconds between two looks while such a command runs: for so long at most a change stands."""

MOST_NAMES = 5
UNDONE = (
    "While {jobs} ran in the background, {names} was made, changed or removed, which decides what runs outside of the sandbox. "
    "It was put back as it was{kept}. If it was you, put it there again once no command runs in the background."
)


class Guard:
    """Looks now and then for as long as `running` names commands. `held` is how all stood before the first of them.

    `folder` gets a copy of what was taken back, and `tell` a word about it.
    """

    def __init__(
        self,
        inside: Confinement,
        held: Any,
        running: Callable[[], tuple[str, ...]],
        tell: Callable[[Notice], None],
        *,
        folder: Path,
        every: float = EVERY,
    ) -> None:
        self._inside = inside
        self._held = held
        self._running = running
        self._tell = tell
        self._folder = folder
        self._every = every
        self._accepted = set[str]()
        self._anew = False
        self._stirred = asyncio.Event()

    def let(self, paths: Collection[str]) -> None:
        """These were changed by something that was allowed to: they stay as they are now."""
        self._accepted.update(paths)
        self._stirred.set()

    def begin_anew(self) -> None:
        """A command ran outside of the sandbox, as a person allowed: all stays as it is now."""
        self._anew = True
        self._stirred.set()

    def ended(self) -> None:
        """A command has ended: look at once."""
        self._stirred.set()

    async def follow(self) -> None:
        """Look until no command runs any more, and once after that."""
        names = self._running()
        while names:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._stirred.wait()
            self._stirred.clear()
            # A command may end while it is looked, having changed what was looked at already: that wants one look more.
            left = self._running()
            await self._look(names)
            names = left

    async def _look(self, names: tuple[str, ...]) -> None:
        accepted, self._accepted = self._accepted, set[str]()
        if self._anew:
            self._anew = False
            self._held = await asyncio.to_thread(self._inside.held)
        if accepted:
            self._held = await asyncio.to_thread(self._inside.accepted, self._held, accepted)
        made = await asyncio.to_thread(self._inside.undo, self._held)
        if made:
            await self._told(names, made)

    async def _told(self, jobs: tuple[str, ...], made: object) -> None:
        kept = await asyncio.to_thread(self._inside.keep, made, self._folder)
        names = tuple(kept)
        listed = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" * (len(names) > MOST_NAMES))
        copies = [copy for copy in kept.values() if copy]
        where = f"; what stood there is in {Path(copies[0]).parent}" if copies else ""
        self._tell(Notice(level="warning", text=UNDONE.format(jobs=", ".join(jobs), names=listed, kept=where)))
