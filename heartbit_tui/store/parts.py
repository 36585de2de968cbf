"""Tables of others in the same file, each with a version of its own: brought up to date when they are first used."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.migrations import Step
from heartbit_tui.store.worker import Worker

_Answer = TypeVar("_Answer")

_VERSIONS = "CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID"


class Part:
    """The open file for whoever has tables of its own in it; all operations raise `StoreError`.

    Each runs in one hop: reads on the connection that reads, writes on the one that writes.
    """

    def __init__(self, reader: Worker, writer: Worker) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation reads; it changes nothing."""
        return await self._reader.do(operation)

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What an operation gives that is one transaction: all of it happens, or nothing."""

        def whole(connection: sqlite3.Connection) -> _Answer:
            with transaction(connection):
                return operation(connection)

        return await self._writer.do(whole)


def version(connection: sqlite3.Connection, name: str) -> int:
    """How many of its steps a part has behind it; 0 for one that is not there."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'parts'").fetchone():
        return 0
    found = connection.execute("SELECT version FROM parts WHERE name = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


def bring_up(connection: sqlite3.Connection, name: str, steps: Sequence[Step]) -> None:
    """Bring a part's tables to their newest version, one transaction a step.

    Raises `StoreError` when a newer heartbit has written them.
    """
    while (now := version(connection, name)) < len(steps):
        with transaction(connection):
            # Another process may have taken the step meanwhile.
            if version(connection, name) == now:
                connection.execute(_VERSIONS)
                for statement in steps[now]:
                    connection.execute(statement)
                connection.execute("INSERT OR REPLACE INTO parts (name, version) VALUES (?, ?)", (name, now + 1))
    if now > len(steps):
        raise StoreError(
            f"The {name} in the session file has version {now}, and this heartbit knows versions up to {len(steps)}: "
            "a newer heartbit has written it. Update heartbit."
        )
