"""Which content of a file each agent has seen, and who may change a file right now."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from heartbit_tui.tools import beneath
from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import Snapshot

ABSENT = ""
"""The digest of a file that is not there."""


class Tracker:
    """Guards against lost updates: an agent changes only what it has seen, one change of a file at a time.

    Content counts, not times: touching a file is no change. One tracker serves all agents of a session, each of
    which has seen its own.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, *paths: Path) -> AsyncGenerator[None]:
        """Keep all other changes of these files waiting; always taken in the same order, so nobody waits forever."""
        async with AsyncExitStack() as stack:
            for key in sorted({_key(path) for path in paths}):
                await stack.enter_async_context(self._locks.setdefault(key, asyncio.Lock()))
            yield

    def saw(self, agent: str, path: Path, digest: str) -> None:
        """This agent knows the file with this content."""
        self._seen[agent, _key(path)] = digest

    def guard(self, agent: str, path: Path, name: str, now: Snapshot | None) -> None:
        """Raise `Unable` unless the agent has seen the file as it is now; `name` is how the model calls it."""
        seen = self._seen.get((agent, _key(path)))
        digest = ABSENT if now is None else now.digest
        if seen == digest or (seen is None and now is None):
            return
        if seen is None:
            raise Unable(f"{name} exists but has not been read. Read it first, then change it.")
        if now is None:
            raise Unable(f"{name} was deleted since it was read. Read it again to confirm, then decide.")
        if seen == ABSENT:
            raise Unable(f"{name} was created since it was looked for. Read it first, then change it.")
        raise Unable(f"{name} was changed since it was last read. Read it again, then make the change.")


def _key(path: Path) -> str:
    return beneath.followed(str(path))
