"""Where a session's memory is, and whether there is anything in it; nothing of it is loaded before it is needed."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.store.store import Store

if TYPE_CHECKING:
    from heartbit_tui.memory.semantic import Keeper

PACKAGE = Path(__file__).parents[1]
SQLITE = "heartbit_tui.memory.sqlite"
VOLATILE = "heartbit_tui.memory.volatile:VolatileMemory"
PART = "memory"
ANY = "SELECT 1 FROM memories LIMIT 1"
FRESH = 1.0
"""Seconds for which it counts that nothing was remembered: what is asked right at the opening need not look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose memory it is: the agent, its session and its project; a tenant and a user where several share a file."""

    agent: str
    session: str
    project: str
    tenant: str = ""
    user: str = ""


class Shelf:
    """Makes a memory when it is first asked for: in the one data file, or, without a `path`, gone with the process.

    With a `store`, which is that file open, it is asked whether there is anything, instead of opening the file for it.
    """

    def __init__(self, path: Path | None, clock: Clock, store: Store | None = None) -> None:
        self._path = path
        self._clock = clock
        self._store = store
        self._database: Database | None = None
        self._empty_until = 0.0

    @cached_property
    def memory(self) -> "Keeper":
        """The memory."""
        if self._path is None:
            return cast("Keeper", plugins.resolve(VOLATILE)(self._clock))
        self._database = Database(self._path, PART, plugins.resolve(f"{SQLITE}:STEPS"), driver.with_vectors)
        make = cast("Callable[[Database, Clock], Keeper]", plugins.resolve(f"{SQLITE}:SqliteMemory"))
        return make(self._database, self._clock)

    @property
    def kept(self) -> Database | None:
        """The file in which the memory is, once that was made; None for one that is elsewhere."""
        return self._database

    def load(self) -> None:
        """Import what `memory` is made of, in whichever thread this is."""
        plugins.resolve(VOLATILE if self._path is None else f"{SQLITE}:SqliteMemory")

    def wrap(self, memory: object) -> None:
        """Put another memory around the one that was made."""
        self.__dict__["memory"] = memory

    @property
    def takes_vectors(self) -> bool:
        """Whether the memory can be handed vectors; one of somebody else's may search in its own way."""
        return "memory" not in self.__dict__ or hasattr(self.memory, "pending")

    async def is_empty(self) -> bool:
        """Whether certainly nothing is remembered; a memory that was never asked for is not loaded for it."""
        if "memory" in self.__dict__:
            return False
        if self._path is None or self._clock.monotonic() < self._empty_until:
            return True
        empty = not await self._has_rows(self._path)
        if empty:
            self._empty_until = self._clock.monotonic() + FRESH
        return empty

    async def _has_rows(self, path: Path) -> bool:
        """Whether the file has any entry; one that cannot be read, or has no table for them yet, has none."""
        if self._store is None:
            return await asyncio.to_thread(_has_rows, path)
        try:
            return await self._store.holds(PART, ANY, ())
        except StoreError:
            return False

    async def close(self) -> None:
        """Close what was opened."""
        if self._database is not None:
            await self._database.close()


def project_of(cwd: Path) -> str:
    """The name under which a project's entries are kept: its folder."""
    return str(project_root(cwd))


def _has_rows(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        connection = driver.connect(path, reads_only=True)
    except driver.errors():
        return False
    try:
        return bool(connection.execute(ANY).fetchone())
    except driver.errors():
        return False
    finally:
        connection.close()
