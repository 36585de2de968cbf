"""What the sessions of one process have in common, so that each need not open and read it again."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.skills.readings import Readings
from heartbit_tui.store.store import Store


class Commons:
    """The open data file, and what files of skills said when they were read. `async with` it around all its sessions.

    Nothing in it is of one user: rows of the file are told apart by the owner that each session brings, and of a
    project's files nothing is kept.
    """

    def __init__(self) -> None:
        self.readings = Readings()
        self._stores: dict[Path, Store] = {}
        self._opening = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._stack.aclose()

    async def store(self, path: Path, clock: Clock) -> Store:
        """The store in this file, opened by whoever wants it first. Raises `StoreError`, to each who asks."""
        async with self._opening:
            if path not in self._stores:
                self._stores[path] = await self._stack.enter_async_context(Store.open(path, clock))
        return self._stores[path]
