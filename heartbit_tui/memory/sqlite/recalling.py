"""What a query brings back: found by words and by vector, which can be done side by side, then put in order."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory import entries, scoring, words
from heartbit_tui.memory.ranking import Facts, Found, Ranked, Ranking, from_vectors, telling
from heartbit_tui.memory.scoring import Weights
from heartbit_tui.memory.sqlite import rows, scopes, searching, spaces, writing
from heartbit_tui.memory.sqlite.nearest import Nearest
from heartbit_tui.memory.sqlite.scopes import Where
from heartbit_tui.memory.types import Entry, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What has words of a query, best first, with its BM25, and what its order depends on beside them."""

    found: Sequence[tuple[int, float]]
    facts: Mapping[int, Facts]


def by_words(connection: sqlite3.Connection, query: Query, now: datetime) -> Worded:
    """What has words of a query; read with it what ranks it, while the vectors are still searched."""
    where = scopes.where(connection, query)
    found = searching.by_words(connection, words.asked(query.text), where) if where else []
    keys = set(telling(found)) if query.vector else {key for key, _ in found}
    return Worded(found=found, facts=_facts(connection, query, where, keys, now) if where else {})


def by_vector(connection: sqlite3.Connection, query: Query, nearest: Nearest) -> list[tuple[int, float]]:
    """What lies nearest to a query's vector, nearest first, with its cosine."""
    where = scopes.where(connection, query)
    if where is None or query.vector is None:
        return []
    place = spaces.find(connection, query.vector.model)
    if place is None:
        return []
    return nearest.search(connection, place, where, query.vector.values, from_vectors(_limit(query)))


def ranked(
    connection: sqlite3.Connection,
    query: Query,
    now: datetime,
    weights: Weights,
    worded: Worded,
    vector: Sequence[tuple[int, float]] = (),
) -> list[Ranked]:
    """The best of what was found for a query, with what they are linked to, in order.

    What was found may be of a moment before: `still` tells what is gone or out of reach since.
    """
    where = scopes.where(connection, query)
    if where is None:
        return []
    limit = _limit(query)
    found = Found(lexical=worded.found, vector=vector)
    asked = words.asked(query.text) or query.vector
    keys = found.counting() if asked else searching.by_standing(connection, where)
    facts = {**worded.facts, **_facts(connection, query, where, keys - worded.facts.keys(), now)}
    ranking = Ranking(found, now, weights)
    kept = ranking.best(facts, limit)
    links = _links(connection, [each.key for each in kept])
    linked = _facts(connection, query, where, {other for _, other in links} - facts.keys(), now)
    return ranking.with_links(kept, links, {**facts, **linked}, limit)


def still(connection: sqlite3.Connection, query: Query, keys: Sequence[int]) -> dict[int, Entry]:
    """Those of some entries that are there and within the query's reach now."""
    found = rows.read(connection, keys)
    return {key: each for key, each in found.items() if query.reach.sees(each.scope, each.confidentiality)}


def listed(connection: sqlite3.Connection, query: Query, after: str, now: datetime) -> tuple[Entry, ...]:
    """Entries by time, from the one after `after` on."""
    where = scopes.where(connection, query)
    if where is None:
        return ()
    asked = words.words(query.text)
    values = {**where.values, "most": entries.limit(query.limit, entries.MOST_LISTED)}
    conditions = [where.sql, searching.having_all(asked), "m.anchor >= :anchor" if query.min_strength > 0 else "true"]
    if asked:
        values["match"] = searching.match_all(asked)
    if query.min_strength > 0:
        values["anchor"] = _weakest(query.min_strength, now)
    if after:
        _, last = writing.one(connection, after, query.reach)
        conditions.append("m.created <= :created AND (m.created < :created OR m.id > :last)")
        values |= {"created": rows.microseconds(last.created_at), "last": last.id}
    asked_sql = (
        f"SELECT m.key FROM memories m WHERE {' AND '.join(conditions)} ORDER BY m.created DESC, m.id LIMIT :most"
    )
    keys = [row[0] for row in connection.execute(asked_sql, values)]
    read = rows.read(connection, keys)
    return tuple(read[key] for key in keys)


def _limit(query: Query) -> int:
    return entries.limit(query.limit, entries.MOST_RECALLED)


def _facts(
    connection: sqlite3.Connection, query: Query, where: Where, keys: set[int], now: datetime
) -> dict[int, Facts]:
    found = rows.facts(connection, where.sql, where.values, keys) if keys else {}
    return {key: each for key, each in found.items() if _strong(each, query.min_strength, now)}


def _strong(facts: Facts, least: float, now: datetime) -> bool:
    return least <= 0 or scoring.strength_at(facts.strength, facts.last_accessed, now) >= least


def _weakest(min_strength: float, now: datetime) -> int:
    before = scoring.faded_before(min_strength, now)
    return rows.microseconds(before) if before else 0


def _links(connection: sqlite3.Connection, keys: Sequence[int]) -> list[tuple[int, int]]:
    asked = "SELECT one, other FROM memory_links WHERE one IN (SELECT value FROM json_each(?))"
    return connection.execute(asked, (json.dumps(keys),)).fetchall()
