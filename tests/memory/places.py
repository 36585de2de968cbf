"""Memories in files, as tests open them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory, prepare
from heartbit_tui.store.database import Database


@asynccontextmanager
async def opened(
    path: Path, clock: Clock, prepared: Callable[[Connection], None] = prepare
) -> AsyncGenerator[SqliteMemory]:
    async with Database.open(path, "memory", STEPS, prepared) as database:
        yield SqliteMemory(database, clock)


def bare(_: Connection) -> None:
    """A connection as it is where extensions cannot be loaded."""
