"""Candidates for a query: by the words of FTS5, and by time, importance and strength where it has none."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from heartbit_tui.memory import words
from heartbit_tui.memory.ranking import FROM_WORDS
from heartbit_tui.memory.sqlite.scopes import Where

BUDGET: Final = 5_000
"""How many rows are scored for the words of a query: the rarest of them come first, and what half of all entries
have says little."""

_BM25: Final = "-bm25(memory_words, 0.0, 1.0, 2.0, 1.0)"
"""The keywords count double, and whose an entry is not at all."""

_BY_WORDS: Final = f"SELECT rowid AS key, {_BM25} AS score FROM memory_words WHERE memory_words MATCH :match"


def by_words(connection: sqlite3.Connection, asked: Sequence[str], where: Where) -> list[tuple[int, float]]:
    """What has one of these words at least, best first, with its BM25."""
    if not asked:
        return []
    mine = _own(connection, where)
    chosen, all_of_them = _affordable(connection, asked, where, mine)
    match = _any(chosen, mine)
    if not all_of_them:
        return _newest(connection, match, where)
    first = connection.execute(
        f"{_BY_WORDS} ORDER BY score DESC, rowid DESC LIMIT :most", {"match": match, "most": 2 * FROM_WORDS}
    ).fetchall()
    seen = _seen(connection, [key for key, _ in first], where)
    kept = [(key, score) for key, score in first if key in seen]
    if len(kept) >= FROM_WORDS or len(first) < 2 * FROM_WORDS:
        return kept[:FROM_WORDS]
    return _joined(connection, match, where)


def having_all(wanted: Sequence[str]) -> str:
    """The condition on `memories m` that a text has all of these words; its value is `match`."""
    return "m.key IN (SELECT rowid FROM memory_words WHERE memory_words MATCH :match)" if wanted else "true"


def match_all(wanted: Sequence[str]) -> str:
    """What `having_all` is compared with."""
    return "{content keywords summary} : (" + " AND ".join(map(words.quoted, wanted)) + ")"


def by_standing(connection: sqlite3.Connection, where: Where) -> set[int]:
    """The newest, the most important and the strongest entries, for a query without words."""
    orders = ("m.created DESC", "m.importance DESC, m.created DESC", "m.anchor DESC")
    return {
        row[0]
        for order in orders
        for row in connection.execute(
            f"SELECT m.key FROM memories m WHERE {where.sql} ORDER BY {order} LIMIT {FROM_WORDS}", where.values
        )
    }


def _affordable(
    connection: sqlite3.Connection, asked: Sequence[str], where: Where, mine: str
) -> tuple[Sequence[str], bool]:
    """The words to look for, rarest first, and whether all rows that have one can be scored."""
    size = connection.execute("SELECT entries FROM memory_owners WHERE key = ?", (where.owner,)).fetchone()[0]
    if size <= BUDGET:
        return asked, True
    counted = sorted((_count(connection, _any([word], mine)), word) for word in asked)
    chosen: list[str] = []
    rows = 0
    for count, word in counted:
        if count and (rows := rows + count) <= BUDGET:
            chosen.append(word)
    if chosen or not any(count for count, _ in counted):
        return chosen or asked, True
    return [next(word for count, word in counted if count)], False


def _count(connection: sqlite3.Connection, match: str) -> int:
    asked = f"SELECT count(*) FROM (SELECT 1 FROM memory_words WHERE memory_words MATCH ? LIMIT {BUDGET + 1})"
    return int(connection.execute(asked, (match,)).fetchone()[0])


def _any(asked: Sequence[str], mine: str) -> str:
    return f"{mine}({{content keywords summary}} : ({' OR '.join(map(words.quoted, asked))}))"


def _own(connection: sqlite3.Connection, where: Where) -> str:
    """The part of a match that leaves out other owners, whose rows would have to be scored too; nothing without any."""
    others = connection.execute("SELECT 1 FROM memory_owners WHERE key <> ? LIMIT 1", (where.owner,)).fetchone()
    return f"owner : o{where.owner} AND " if others else ""


def _seen(connection: sqlite3.Connection, keys: Sequence[int], where: Where) -> set[int]:
    asked = f"SELECT m.key FROM json_each(:keys) s CROSS JOIN memories m ON m.key = s.value WHERE {where.sql}"
    return {row[0] for row in connection.execute(asked, {**where.values, "keys": json.dumps(keys)})}


def _joined(connection: sqlite3.Connection, match: str, where: Where) -> list[tuple[int, float]]:
    asked = f"""
        SELECT found.key, found.score FROM ({_BY_WORDS}) found CROSS JOIN memories m ON m.key = found.key
        WHERE {where.sql} ORDER BY found.score DESC, found.key DESC LIMIT {FROM_WORDS}
    """
    return connection.execute(asked, {**where.values, "match": match}).fetchall()


def _newest(connection: sqlite3.Connection, match: str, where: Where) -> list[tuple[int, float]]:
    """For a word that very many entries have: the best among the newest of them."""
    asked = f"""
        SELECT memory_words.rowid, {_BM25} FROM memory_words CROSS JOIN memories m ON m.key = memory_words.rowid
        WHERE memory_words MATCH :match AND {where.sql} ORDER BY memory_words.rowid DESC LIMIT {BUDGET}
    """
    found: list[tuple[int, float]] = connection.execute(asked, {**where.values, "match": match}).fetchall()
    return sorted(found, key=lambda each: (-each[1], -each[0]))[:FROM_WORDS]
