"""Indexes made anew from rows, when SQLite finds that they are damaged."""

import sqlite3
from collections.abc import Mapping
from contextlib import suppress

from heartbit_tui.memory.sqlite import migrations, spaces

_DAMAGE = ("malformed", "corrupt")

ANEW = ("memory_spaces", "memory_codes_", "memory_vectors_")
"""How the names of tables begin that are made anew where the file was damaged: vectors follow from texts."""

LISTED = (
    (
        "sqlite_autoindex_memory_owners_1",
        "INSERT OR IGNORE INTO memory_owners (tenant, user, key) VALUES (?, ?, ?)",
    ),
    (
        "sqlite_autoindex_memory_scopes_1",
        "INSERT OR IGNORE INTO memory_scopes (owner, agent, session, project, key) VALUES (?, ?, ?, ?, ?)",
    ),
)
"""Indexes that hold whole rows, and what takes one of them in: without its owner an entry would be nobody's."""

SETTLED = (
    """
    DELETE FROM memory_links WHERE one = other OR one NOT IN (SELECT key FROM memories)
    OR NOT EXISTS (SELECT 1 FROM memory_links b WHERE b.one = memory_links.other AND b.other = memory_links.one)
    """,
    "UPDATE memory_owners SET entries = (SELECT count(*) FROM memories m WHERE m.owner = memory_owners.key)",
    "UPDATE memories SET space = 0",
)
"""What brings rows in line with each other after some were lost. A link that one end alone holds may be of any index."""


def damaged(error: BaseException | None) -> bool:
    """Whether an error says that what is stored is not what it should be."""
    return error is not None and any(word in str(error) for word in _DAMAGE)


def broken(connection: sqlite3.Connection) -> Mapping[int, tuple[str, ...]]:
    """The models whose vectors cannot all be read, by the keys of their spaces, each with those of its tables that are whole.

    This is looked at apart from what is written: SQLite commits nothing that came upon damage.
    """
    tables = {place.key: migrations.tables(place.key) for place in spaces.every(connection)}
    whole = {key: tuple(table for table in own if _whole(connection, table)) for key, own in tables.items()}
    return {key: those for key, those in whole.items() if those != tables[key]}


def mend(connection: sqlite3.Connection, vectors: Mapping[int, tuple[str, ...]]) -> None:
    """Make the words and the orders of all entries anew; `broken` vectors are given up, and made again.

    A table that is damaged stays, with nobody to ask it, because SQLite frees no pages that it cannot read. Raises what
    SQLite raises where rows themselves are damaged, which is for whoever repairs the whole file.
    """
    connection.execute("REINDEX memories")
    connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    there = {place.key for place in spaces.every(connection)}
    for key, whole in vectors.items():
        if key not in there:
            continue  # whoever came upon the same damage at the same time has given them up
        for statement in (*migrations.forgotten(key), *(f"DROP TABLE {table}" for table in whole)):
            connection.execute(statement)


def _whole(connection: sqlite3.Connection, table: str) -> bool:
    # Whatever class this SQLite has for it: a check that fails is an answer too.
    with suppress(Exception):
        return connection.execute(f"PRAGMA quick_check ({table})").fetchone()[0] == "ok"
    return False
