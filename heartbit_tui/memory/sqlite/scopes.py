"""Who may see which rows, as conditions of SQL whose values are never part of their text."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.types import Query, Reach, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A condition on `memories m` with its values; `owner` and `scopes` are keys, `scopes` None for all the owner has.

    `narrow` says that a query asks for more than reach: what is nearest by vector may then not be in it.
    """

    sql: str
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    owner: int
    scopes: tuple[int, ...] | None
    narrow: bool = False


def owner_of(connection: sqlite3.Connection, reach: Reach) -> int:
    """The key of the owner of a reach, made where it is new."""
    return _key(connection, "memory_owners", ("tenant", "user"), (reach.tenant, reach.user))


def key_of(connection: sqlite3.Connection, scope: Scope) -> tuple[int, int]:
    """The keys of a scope's owner and of the scope itself, made where they are new."""
    owner = _key(connection, "memory_owners", ("tenant", "user"), (scope.tenant, scope.user))
    columns = ("owner", "agent", "session", "project")
    return owner, _key(connection, "memory_scopes", columns, (owner, scope.agent, scope.session, scope.project))


def where(connection: sqlite3.Connection, query: Query) -> Where | None:
    """The rows that a query is about, its text and strength aside; None where its owner has none at all."""
    reach = query.reach
    asked = "SELECT key FROM memory_owners WHERE tenant = ? AND user = ?"
    found = connection.execute(asked, (reach.tenant, reach.user)).fetchone()
    if found is None:
        return None
    scopes = _scopes(connection, found[0], reach)
    sql, values = ["m.owner = :owner AND m.level <= :cap"], {"owner": found[0], "cap": int(reach.cap)}
    if scopes is not None:
        sql.append("m.scope IN (SELECT value FROM json_each(:scopes))")
        values["scopes"] = json.dumps(scopes)
    more = _asked(query)
    text = " AND ".join([*sql, *more])
    return Where(sql=text, values={**values, **_values(query)}, owner=found[0], scopes=scopes, narrow=bool(more))


def _values(query: Query) -> dict[str, Any]:
    """The values of what a query asks for beside reach."""
    tags = {f"tag{place}": tag for place, tag in enumerate(query.tags)}
    return {"category": query.category, "type": query.type, "pinned": query.pinned, **tags}


def _asked(query: Query) -> list[str]:
    conditions = {
        "m.category = :category": bool(query.category),
        "m.type = :type": query.type is not None,
        "m.pinned = :pinned": query.pinned is not None,
    }
    tags = ",".join(f":tag{place}" for place in range(len(query.tags)))
    asked = [sql for sql, wanted in conditions.items() if wanted]
    return [*asked, f"EXISTS (SELECT 1 FROM json_each(m.tags) t WHERE t.value IN ({tags}))"] if tags else asked


def _scopes(connection: sqlite3.Connection, owner: int, reach: Reach) -> tuple[int, ...] | None:
    columns = {"agent": reach.agents, "session": reach.sessions, "project": reach.projects}
    wanted = {column: names for column, names in columns.items() if names is not None}
    if not wanted:
        return None
    conditions = [f"{column} IN ({','.join('?' * len(names))})" for column, names in wanted.items()]
    values = [name for names in wanted.values() for name in names]
    asked = f"SELECT key FROM memory_scopes WHERE owner = ? AND {' AND '.join(conditions)} ORDER BY key"
    return tuple(row[0] for row in connection.execute(asked, (owner, *values)))


def _key(connection: sqlite3.Connection, table: str, columns: Sequence[str], values: Sequence[Any]) -> int:
    same = " AND ".join(f"{column} = ?" for column in columns)
    found = connection.execute(f"SELECT key FROM {table} WHERE {same}", values).fetchone()
    if found is None:
        holes = ",".join("?" * len(values))
        asked = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({holes}) RETURNING key"
        found = connection.execute(asked, values).fetchone()
    return int(found[0])
