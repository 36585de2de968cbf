"""Chooses the SQLite that the whole process uses, and opens connections with it.

One process must not use two SQLite libraries on one file: closing a file in one of them drops the locks that the
other holds. So whoever opens a database does it through this module.
"""

import importlib
import importlib.util
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

BUSY_SECONDS = 5.0
"""How long a write waits for another process to finish its own."""

_WRITES = (
    # Only a new file takes this: it lets `prune` give space back.
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    # Committed rows survive kill -9; a power cut may cost the last ones, never the file.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 16777216",
)
_READS = ("PRAGMA query_only = ON",)


@cache
def module() -> Any:
    """The standard library's sqlite3 where it can load extensions, else pysqlite3 where that is installed."""
    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return sqlite3
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3


@cache
def errors() -> tuple[type[Exception], ...]:
    """What the chosen SQLite raises; a damaged file can also make a text, or its own message, undecodable."""
    return (module().Error, sqlite3.Error, UnicodeDecodeError)


def connect(path: Path, *, reads_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode that one thread at a time may use. Raises `errors()`.

    One that `reads_only` expects the file to be there, and works while the disk is full.
    """
    connection: sqlite3.Connection = module().connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in _READS if reads_only else _WRITES:
            connection.execute(pragma)
    except errors():
        connection.close()
        raise
    return connection


def look_at(path: Path) -> sqlite3.Connection:
    """A connection that changes no byte of the file, nor of the log beside it, not even when it is closed."""
    connection: sqlite3.Connection = module().connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    return connection


def with_vectors(connection: sqlite3.Connection) -> None:
    """Bring the distances of sqlite-vec to a new connection; where they cannot be loaded, who needs them does without."""
    if not hasattr(connection, "enable_load_extension"):
        return
    package = importlib.util.find_spec("sqlite_vec")
    if package is None or package.origin is None:
        return
    # Each SQLite module has an error class of its own; the library may be none for this machine.
    with suppress(Exception):
        connection.enable_load_extension(True)
        try:
            # Its file alone: importing the package brings numpy along where that is installed, which takes 150 ms.
            connection.load_extension(str(Path(package.origin).with_name("vec0")))
        finally:
            connection.enable_load_extension(False)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All or nothing, and the only writer meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
