"""The entries whose vectors lie nearest: first by their codes, then the best of those by the whole vectors."""

import json
import sqlite3
from array import array
from collections.abc import Sequence
from typing import Any, Final

from heartbit_tui.memory.sqlite import codes
from heartbit_tui.memory.sqlite.fallback import Comparison, choose
from heartbit_tui.memory.sqlite.scopes import Where
from heartbit_tui.memory.sqlite.spaces import Place
from heartbit_tui.memory.types import Floats

FIRST: Final = 1_000
"""How many the codes hand on to the exact comparison. Of 100,000 vectors that lie in topics, as those of models do, these
have all of the nearest ten; of vectors without any order about nine."""

SPARE: Final = 8
"""Bits that codes may be further apart than the last of those which were handed on before, and still be looked at."""

_APART: Final = "vec_distance_hamming(vec_bit(c.code), vec_bit(:code))"


class Nearest:
    """Searches by vector: with sqlite-vec where the connection has it, else with numpy or plain Python.

    Without sqlite-vec the codes are kept in memory, 130 bytes each, until they change. A `comparison` that is given
    does it in any case.
    """

    def __init__(self, comparison: Comparison | None = None) -> None:
        self._loaded = None if comparison is None else False
        self._comparison = comparison
        self._kept: tuple[tuple[Any, ...], list[int], Any] | None = None
        self._edge = _Edge()

    def way(self, connection: sqlite3.Connection) -> str:
        """What compares: "sqlite-vec", "numpy" or "python"."""
        if self._loaded is None:
            self._loaded = _loaded(connection)
        if self._loaded:
            return "sqlite-vec"
        self._comparison = self._comparison or choose()
        return self._comparison.name

    def search(
        self, connection: sqlite3.Connection, place: Place, where: Where, values: Floats, limit: int
    ) -> list[tuple[int, float]]:
        """The nearest entries with their cosines, nearest first; none where the vector has another length."""
        if len(values) != place.dimension:
            return []
        wanted = codes.unit(values)
        if self.way(connection) == "sqlite-vec":
            return _ranked(connection, place, where, wanted, limit, self._edge)
        return self._without(connection, place, where, wanted, limit)

    def _without(
        self, connection: sqlite3.Connection, place: Place, where: Where, wanted: "array[float]", limit: int
    ) -> list[tuple[int, float]]:
        comparison = self._comparison or choose()
        keys, held = self._codes(connection, place, where, comparison)
        first = [keys[each] for each in comparison.closest(held, codes.code(wanted, place.centre), FIRST)]
        vectors = _vectors(connection, place, where, first)
        cosines = comparison.cosines([vector for _, vector in vectors], wanted)
        near = [(key, cosine) for (key, _), cosine in zip(vectors, cosines, strict=True)]
        return sorted(near, key=lambda each: (-each[1], -each[0]))[:limit]

    def _codes(
        self, connection: sqlite3.Connection, place: Place, where: Where, comparison: Comparison
    ) -> tuple[list[int], Any]:
        scopes = _scopes(connection, where)
        narrow = (where.sql, json.dumps(where.values)) if where.narrow else ("", "")
        name = (place.key, place.changes, tuple(scopes), *narrow)
        if self._kept is None or self._kept[0] != name:
            rows = connection.execute(*_coded("c.key, c.code", place, where, scopes)).fetchall()
            self._kept = (name, [key for key, _ in rows], comparison.held([code for _, code in rows]))
        return self._kept[1], self._kept[2]


def _loaded(connection: sqlite3.Connection) -> bool:
    """Whether a connection has sqlite-vec."""
    found = connection.execute(
        "SELECT count(*) FROM pragma_function_list WHERE name = 'vec_distance_hamming'"
    ).fetchone()
    return bool(found[0])


class _Edge:
    """How far apart the codes that are handed on lie at most, as it was for the last queries.

    To put in order only what lies within takes a fifth less time than to put all codes in order. A query for which that
    is too few is asked anew without it; from then on the edge is wider, and comes back by one bit a query.
    """

    def __init__(self) -> None:
        self._known: tuple[object, int] | None = None

    def of(self, what: object) -> int | None:
        """The edge for the codes of a place and its scopes, None where it is not known."""
        return self._known[1] if self._known and self._known[0] == what else None

    def learn(self, what: object, last: int) -> None:
        """Take in how far apart the last one lay that was handed on."""
        self._known = (what, max(last + SPARE, (self.of(what) or 0) - 1))


def _ranked(
    connection: sqlite3.Connection, place: Place, where: Where, wanted: "array[float]", limit: int, edge: _Edge
) -> list[tuple[int, float]]:
    """The nearest by their codes, of those the nearest by the whole vectors, of those what the query is about.

    The last step drops little, because the codes are those of scopes in reach; where it dropped too much, all of the
    first step are looked at.
    """
    scopes = _scopes(connection, where)
    coded, values = _coded(f"c.key, {_APART} AS apart", place, where, scopes)
    code = codes.code(wanted, place.centre)
    given = {**where.values, **values, "code": code, "vector": wanted.tobytes(), "most": limit}
    what = (place.key, tuple(scopes))
    known = None if where.narrow else edge.of(what)
    if known is not None:
        within = _near(f"{coded} AND {_APART} <= :edge", place, where)
        found = connection.execute(within, {**given, "edge": known, "enough": 2 * limit}).fetchall()
        if len(found) == limit and found[0][2] == FIRST:
            edge.learn(what, found[0][3])
            return [(key, cosine) for key, cosine, _, _ in found]
    asked = _near(coded, place, where)
    found = connection.execute(asked, {**given, "enough": 2 * limit}).fetchall()
    if len(found) < limit:
        found = connection.execute(asked, {**given, "enough": FIRST}).fetchall()
    elif not where.narrow:
        edge.learn(what, found[0][3])
    return [(key, cosine) for key, cosine, _, _ in found]


def _near(coded: str, place: Place, where: Where) -> str:
    """The question for what is near, each with how many were handed on and how far apart the last of those lies."""
    return f"""
        WITH first AS MATERIALIZED ({coded} ORDER BY apart LIMIT {FIRST})
        SELECT near.key, near.cosine, (SELECT count(*) FROM first), (SELECT max(apart) FROM first) FROM (
            SELECT v.key AS key, 1 - vec_distance_cosine(v.vector, :vector) AS cosine
            FROM first s CROSS JOIN memory_vectors_{place.key} v ON v.key = s.key
            ORDER BY cosine DESC, key DESC LIMIT :enough
        ) near CROSS JOIN memories m ON m.key = near.key WHERE {where.sql} AND near.cosine IS NOT NULL
        ORDER BY near.cosine DESC, near.key DESC LIMIT :most
    """


def _vectors(
    connection: sqlite3.Connection, place: Place, where: Where, keys: Sequence[int]
) -> list[tuple[int, bytes]]:
    asked = f"""
        SELECT v.key, v.vector FROM json_each(:keys) s CROSS JOIN memory_vectors_{place.key} v ON v.key = s.value
        CROSS JOIN memories m ON m.key = s.value WHERE {where.sql}
    """
    return connection.execute(asked, {**where.values, "keys": json.dumps(keys)}).fetchall()


def _coded(columns: str, place: Place, where: Where, scopes: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """The codes of some scopes, of those rows alone that a narrow query is about."""
    inside = "c.scope IN (SELECT value FROM json_each(:inside))"
    values = {"inside": json.dumps(scopes)}
    if not where.narrow:
        return f"SELECT {columns} FROM memory_codes_{place.key} c WHERE {inside}", values
    sql = (
        f"SELECT {columns} FROM memories m CROSS JOIN memory_codes_{place.key} c ON c.scope = m.scope AND c.key = m.key"
    )
    return f"{sql} WHERE {inside} AND {where.sql}", {**where.values, **values}


def _scopes(connection: sqlite3.Connection, where: Where) -> Sequence[int]:
    if where.scopes is not None:
        return where.scopes
    asked = "SELECT key FROM memory_scopes WHERE owner = ? ORDER BY key"
    return [row[0] for row in connection.execute(asked, (where.owner,))]
