"""Memories in files, as tests open them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection

import pytest

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory
from heartbit_tui.memory.sqlite.fallback import Comparison, Numpy, Plain
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database

WAYS = ("sqlite-vec", "numpy", "python")
"""What vectors can be compared by; the last two where extensions cannot be loaded."""


@asynccontextmanager
async def opened(path: Path, clock: Clock, way: str = WAYS[0]) -> AsyncGenerator[SqliteMemory]:
    """The memory of a file, with vectors compared this way; without sqlite-vec, its extension is not there at all."""
    comparison = comparison_by(way)
    async with Database.open(path, "memory", STEPS, bare if comparison else driver.with_vectors) as database:
        yield SqliteMemory(database, clock, comparison=comparison)


def comparison_by(way: str) -> Comparison | None:
    """What compares without sqlite-vec; the test is skipped where it is not installed."""
    match way:
        case "numpy":
            return Numpy(pytest.importorskip("numpy"))
        case "python":
            return Plain()
        case _:
            return None


def bare(_: Connection) -> None:
    """A connection as it is where extensions cannot be loaded."""
