"""Loads sqlite-vec into a connection, where that SQLite takes extensions."""

import importlib
import sqlite3
from contextlib import suppress


def prepare(connection: sqlite3.Connection) -> None:
    """Bring the distance functions of sqlite-vec; where they cannot be loaded, vectors are compared in Python."""
    if not hasattr(connection, "enable_load_extension"):
        return
    # Each SQLite module has its own error class, and none of them can be told to load what the system forbids.
    with suppress(Exception):
        connection.enable_load_extension(True)
        importlib.import_module("sqlite_vec").load(connection)
        connection.enable_load_extension(False)


def loaded(connection: sqlite3.Connection) -> bool:
    """Whether a connection has sqlite-vec."""
    found = connection.execute(
        "SELECT count(*) FROM pragma_function_list WHERE name = 'vec_distance_hamming'"
    ).fetchone()
    return bool(found[0])
