"""The audit as rows that are only ever added, each of which holds the digest of the one before."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store.rows import lenient

START = "0" * 64
"""What the first row has in the place of the digest before it."""

GUARDS = frozenset(
    {"audit_added", "audit_changed", "audit_removed", "audit_kept_forward", "audit_kept_once", "audit_kept_stays"}
)
"""The triggers that refuse changes."""


class Row(NamedTuple):
    """One row, its fields the columns in their order; `told` is a JSON object, `digest` the SHA-256 of all others."""

    id: int
    at: str
    session: str
    seq: int
    run: str
    agent: str
    user: str
    tenant: str
    kind: str
    tool: str
    call: str
    decision: str
    decided_by: str
    told: str
    previous: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a look at the whole chain found; `broken` says where and how it does not hold, empty where it does."""

    rows: int
    last: int
    digest: str
    broken: str = ""


COLUMNS = ", ".join(f'"{name}"' for name in Row._fields)
_INSERT = f"INSERT INTO audit ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"


def append(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add rows to the end of the chain, within the caller's transaction."""
    number, digest = _end(connection)
    linked: list[Row] = []
    for row in rows:
        number += 1
        open_end = row._replace(id=number, previous=digest)
        digest = digest_of(open_end)
        linked.append(open_end._replace(digest=digest))
    connection.executemany(_INSERT, linked)


def digest_of(row: Row) -> str:
    """The SHA-256 of all of a row but its own digest."""
    return hashlib.sha256(json.dumps(row[:-1], separators=(",", ":")).encode("ascii")).hexdigest()


def read(connection: sqlite3.Connection, where: str, values: Iterable[object]) -> Iterator[Row]:
    """The rows that a condition with its order names."""
    with lenient(connection):
        for columns in connection.execute(f"SELECT {COLUMNS} FROM audit {where}", tuple(values)):
            yield Row(*columns)


def check(connection: sqlite3.Connection) -> Checked:
    """Follow the chain from what retention left to its end, one row after the other."""
    (last, digest), count = _kept(connection), 0
    for row in read(connection, "ORDER BY id", ()):
        if broken := _fault(row, last, digest):
            return Checked(rows=count, last=last, digest=digest, broken=broken)
        last, digest, count = row.id, row.digest, count + 1
    return Checked(rows=count, last=last, digest=digest, broken=_unguarded(connection, last))


def forget(connection: sqlite3.Connection, oldest: str) -> int:
    """Remove the rows before the first that is not older than `oldest`, within the caller's transaction; how many.

    The digest of the last one is kept, so that the rest still hangs together.
    """
    first = connection.execute("SELECT id FROM audit WHERE at >= ? ORDER BY id LIMIT 1", (oldest,)).fetchone()
    until = first[0] - 1 if first else _end(connection)[0]
    if until <= _kept(connection)[0]:
        return 0
    (digest,) = connection.execute("SELECT digest FROM audit WHERE id = ?", (until,)).fetchone()
    connection.execute("UPDATE audit_kept SET until = ?, digest = ?", (until, digest))
    return connection.execute("DELETE FROM audit WHERE id <= ?", (until,)).rowcount


def _fault(row: Row, last: int, digest: str) -> str:
    if row.id != last + 1:
        return f"row {last + 1} is missing"
    if row.previous != digest:
        return f"row {row.id} does not follow row {last} as it is now"
    return "" if digest_of(row) == row.digest else f"row {row.id} was changed"


def _unguarded(connection: sqlite3.Connection, last: int) -> str:
    """What is wrong behind the last row: rows taken from the end, or guards taken away."""
    (most,) = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    if (most or 0) > last:
        return f"row {last + 1} is missing"
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    return f"the guard {min(GUARDS - there)} is missing" if GUARDS - there else ""


def _end(connection: sqlite3.Connection) -> tuple[int, str]:
    found = connection.execute("SELECT id, digest FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return (found[0], found[1]) if found else _kept(connection)


def _kept(connection: sqlite3.Connection) -> tuple[int, str]:
    """Up to which row retention has removed, and the digest of that one."""
    found = connection.execute("SELECT until, digest FROM audit_kept").fetchone()
    return (found[0], found[1]) if found else (0, START)
