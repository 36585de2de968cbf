"""Many small writes in one: what is asked for while the disk is busy goes with the next commit."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from heartbit_tui.kernel.errors import HeartbitError

_Answer = TypeVar("_Answer")

MOST = 256
"""Writes in one commit, so that the first of many does not wait for all."""


class Database(Protocol):
    """What is needed of the file: operations that happen as a whole, in threads of their own."""

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation that sees the file as it is at one moment."""
        ...

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation of which everything happens or nothing, while nobody else writes."""
        ...


class Grouped:
    """Writes to a database. Each answers once it is on the disk, together with those that came meanwhile.

    An operation that raises spoils none of the others, and nothing of it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation, and return its answer once that is durable. Raises what it raises, and `StoreError`."""
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((operation, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="group commits")
        return await answer

    async def close(self) -> None:
        """Wait until all is written that was asked for."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._commit(batch)
        finally:
            self._writing = None

    async def _commit(self, batch: list[tuple[Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]]) -> None:
        def all_of_it(connection: sqlite3.Connection) -> list[tuple[bool, Any]]:
            return [_apart(connection, operation) for operation, _ in batch]

        try:
            answers = await self._database.write(all_of_it)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is each one's answer: none of them waits for ever
            answers = [(False, error)] * len(batch)
        for (_, future), (done, answer) in zip(batch, answers, strict=True):
            if future.cancelled():
                continue
            if done:
                future.set_result(answer)
            else:
                future.set_exception(answer)


def _apart(connection: sqlite3.Connection, operation: Callable[[sqlite3.Connection], Any]) -> tuple[bool, Any]:
    """Run one of several operations: whether it was done, and its answer or its error."""
    connection.execute("SAVEPOINT one_of_many")
    try:
        answer = operation(connection)
    except (ArithmeticError, LookupError, ValueError, HeartbitError) as error:  # also a number that no column can hold
        connection.execute("ROLLBACK TO one_of_many")
        return False, error
    finally:
        connection.execute("RELEASE one_of_many")
    return True, answer
