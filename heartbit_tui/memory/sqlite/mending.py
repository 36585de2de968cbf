"""Indexes made anew from rows, when SQLite finds that they are damaged."""

import sqlite3
from contextlib import suppress

from heartbit_tui.memory.sqlite import migrations, spaces

_DAMAGE = ("malformed", "corrupt")


def damaged(error: BaseException | None) -> bool:
    """Whether an error says that what is stored is not what it should be."""
    return error is not None and any(word in str(error) for word in _DAMAGE)


def mend(connection: sqlite3.Connection) -> None:
    """Make the words and the orders of all entries anew; vectors that cannot be read are given up, and made again.

    Raises what SQLite raises where rows themselves are damaged, which is for whoever repairs the whole file.
    """
    connection.execute("REINDEX memories")
    connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    for place in spaces.every(connection):
        if not _whole(connection, place.key):
            for statement in migrations.without_space(place.key):
                connection.execute(statement)


def _whole(connection: sqlite3.Connection, key: int) -> bool:
    tables = (f"memory_codes_{key}", f"memory_vectors_{key}")
    # Whatever class this SQLite has for it: a check that fails is an answer too.
    with suppress(Exception):
        return all(connection.execute(f"PRAGMA quick_check ({table})").fetchone()[0] == "ok" for table in tables)
    return False
