"""A database connection in a thread of its own, where one hop does a whole operation."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.store import driver
from heartbit_tui.store.damage import REPAIR, DamagedError

_Answer = TypeVar("_Answer")


class Worker:
    """Runs operations on a connection, one after the other and never on the event loop's thread.

    The connection is opened by the first operation, so a worker that is never used costs nothing.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], name: str) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def do(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Run an operation and wait for its answer. Raises `StoreError` for anything that SQLite raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, operation)

    def post(self, operation: Callable[[sqlite3.Connection], None], done: Callable[[StoreError | None], None]) -> None:
        """Run an operation without waiting; `done` is called on the event loop's thread."""
        loop = asyncio.get_running_loop()

        def work() -> None:
            failure: StoreError | None = None
            try:
                self._run(operation)
            except StoreError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - the end of the thread: whoever waits must hear of it
                failure = StoreError(f"The session could not be saved: {type(error).__name__}: {error}.")
            loop.call_soon_threadsafe(done, failure)

        self._thread.submit(work)

    async def close(self) -> None:
        """Finish what was asked for and close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=True)

    def _run(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return operation(self._connection)
        except HeartbitError:
            raise
        except driver.errors() as error:
            raise _failure(error) from error
        except OSError as error:
            raise StoreError(_unusable(error)) from error

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _unusable(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    reason = error.strerror or type(error).__name__
    return f"The session file could not be used: {reason}{where}. Make it writable, or keep nothing with --ephemeral."


def _failure(error: Exception) -> StoreError:
    return DamagedError(sentence(error)) if is_damage(error) else StoreError(sentence(error))


def is_damage(error: Exception) -> bool:
    """Whether an error of SQLite tells that the file itself is damaged."""
    told = str(error)
    signs = ("malformed", "not a database", "decode to UTF-8", "already exists", "duplicate column", "no such table")
    return isinstance(error, UnicodeDecodeError) or any(sign in told for sign in signs)


def sentence(error: Exception) -> str:
    """What happened to the session file and what to do, for an error of SQLite."""
    told = str(error)
    match told:
        case _ if "disk is full" in told:
            return "The disk is full, so the session cannot be saved. Free some space; `heartbit sessions prune` helps."
        case _ if "readonly" in told or "unable to open" in told:
            return f"The session file cannot be written ({told}). Check its owner and permissions."
        case _ if "locked" in told:
            return "Another process keeps the session file busy, so nothing could be saved. Try again."
        case _ if is_damage(error):
            return f"The session file is damaged ({told}). {REPAIR}"
        case _:
            return f"The session file could not be read or written ({told}). Check the disk."
