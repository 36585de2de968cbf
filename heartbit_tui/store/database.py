"""The one data file as a capability uses it: with tables of its own, beside those of the sessions.

Each part of the file has its own version, so that its tables are made when it is first used and not at every start.
"""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import driver
from heartbit_tui.store.opening import OpenFile
from heartbit_tui.store.worker import Worker

_Answer = TypeVar("_Answer")

_PARTS = "CREATE TABLE IF NOT EXISTS parts (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) STRICT"


class Database:
    """Reads and writes of one part of the file, in threads of their own. Everything raises `StoreError`.

    One that is made without `open` opens the file with its first operation; whoever made it closes it.

    `async with Database.open(path, "memory", steps) as database`. `prepare` is called with each new connection.
    """

    def __init__(
        self, path: Path, part: str, steps: Sequence[Sequence[str]], prepare: Callable[[sqlite3.Connection], None]
    ) -> None:
        self._path = path
        self._file = OpenFile(path)
        self._part = part
        self._steps = steps
        self._prepare = prepare
        self._writer = Worker(self._connect, f"heartbit-{part}-write")
        self._reader = Worker(self._connect_to_read, f"heartbit-{part}-read")
        self._beside = Worker(self._connect_to_read, f"heartbit-{part}-beside")
        self._begun = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        part: str,
        steps: Sequence[Sequence[str]],
        prepare: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> AsyncGenerator[Self]:
        """A part of the file `path`, which is made with its folder (0600, 0700) where it is missing."""
        database = cls(path, part, steps, prepare)
        try:
            await database._begin()
            yield database
        finally:
            await database.close()

    async def close(self) -> None:
        """Finish what was asked for and close the connections."""
        for worker in (self._reader, self._beside, self._writer):
            await worker.close()
        self._file.let_go()

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation that sees the file as it is at one moment."""
        await self._begin()
        return await self._reader.do(_at_one_moment(operation))

    async def beside(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation as `read` does, on a connection of its own: both go on at the same time."""
        await self._begin()
        return await self._beside.do(_at_one_moment(operation))

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation of which everything happens or nothing, while nobody else writes."""

        def writing(connection: sqlite3.Connection) -> _Answer:
            with driver.transaction(connection):
                return operation(connection)

        return await self._writer.do(writing)

    async def _begin(self) -> None:
        """See to it that the tables are there: who reads expects them."""
        if not self._begun:
            await self._writer.do(lambda _: None)
            self._begun = True

    def _connect(self) -> sqlite3.Connection:
        def prepare(connection: sqlite3.Connection) -> None:
            self._prepare(connection)
            migrate(connection, self._part, self._steps)

        return self._file.connect(prepare)

    def _connect_to_read(self) -> sqlite3.Connection:
        connection = driver.connect(self._path, reads_only=True)
        self._prepare(connection)
        return connection


def _at_one_moment(operation: Callable[[sqlite3.Connection], _Answer]) -> Callable[[sqlite3.Connection], _Answer]:
    def reading(connection: sqlite3.Connection) -> _Answer:
        connection.execute("BEGIN")
        try:
            return operation(connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    return reading


def migrate(connection: sqlite3.Connection, part: str, steps: Sequence[Sequence[str]]) -> None:
    """Bring a part of the file to its newest version, one transaction a step.

    Raises `StoreError` when a newer heartbit has written it.
    """
    connection.execute(_PARTS)
    while (now := version(connection, part)) < len(steps):
        with driver.transaction(connection):
            # Another process may have taken the step meanwhile.
            if version(connection, part) == now:
                for statement in steps[now]:
                    connection.execute(statement)
                connection.execute("REPLACE INTO parts (name, version) VALUES (?, ?)", (part, now + 1))
    if now > len(steps):
        raise StoreError(
            f"The {part} in the data file has version {now}, and this heartbit knows versions up to {len(steps)}: "
            "a newer heartbit has written it. Update heartbit."
        )


def version(connection: sqlite3.Connection, part: str) -> int:
    """How many steps a part of this file has behind it."""
    found = connection.execute("SELECT version FROM parts WHERE name = ?", (part,)).fetchone()
    return int(found[0]) if found else 0
