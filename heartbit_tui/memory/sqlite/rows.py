"""Entries as rows."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from heartbit_tui.memory import scoring, words
from heartbit_tui.memory.ranking import Facts
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Origin, Scope

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NEVER_STRONG: Final = -(2**62)
"""The anchor of a strength of 0."""

_WHOLE: Final = """
    SELECT m.key, m.id, m.content, m.category, m.tags, m.keywords, m.summary, m.importance, m.type, m.level, m.strength,
        m.created, m.accessed, m.accesses, m.sources, m.origin_session, m.origin_seq, m.origin_by, m.pinned,
        o.tenant, o.user, s.agent, s.session, s.project, coalesce(p.model, '')
    FROM json_each(?) k CROSS JOIN memories m ON m.key = k.value JOIN memory_scopes s ON s.key = m.scope
    JOIN memory_owners o ON o.key = m.owner LEFT JOIN memory_spaces p ON p.key = m.space
"""

_UPSERT: Final = """
    INSERT INTO memories (owner, scope, id, content, category, tags, keywords, summary, spaced, importance, type, level,
        strength, created, accessed, anchor, accesses, sources, origin_session, origin_seq, origin_by, pinned)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner, id) DO UPDATE SET content = excluded.content, category = excluded.category,
        tags = excluded.tags, keywords = excluded.keywords, summary = excluded.summary, spaced = excluded.spaced,
        importance = excluded.importance, type = excluded.type, level = excluded.level, strength = excluded.strength,
        created = excluded.created, accessed = excluded.accessed, anchor = excluded.anchor,
        accesses = excluded.accesses, sources = excluded.sources, origin_session = excluded.origin_session,
        origin_seq = excluded.origin_seq, origin_by = excluded.origin_by, pinned = excluded.pinned
    RETURNING key
"""


def microseconds(moment: datetime) -> int:
    """A time as it is stored: microseconds of UTC since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """A stored time."""
    return _EPOCH + stored * _MICROSECOND


def anchor(strength: float, accessed: datetime) -> int:
    """What entries are ordered by strength with; see `scoring.anchor`."""
    found = scoring.anchor(strength, accessed)
    return _NEVER_STRONG if found is None else microseconds(found)


def put(connection: sqlite3.Connection, owner: int, scope: int, entry: Entry) -> int:
    """Write an entry, over the one that has its id; its key."""
    row = connection.execute(_UPSERT, _values(owner, scope, entry)).fetchone()
    return int(row[0])


def read(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, Entry]:
    """The entries of some keys that are there, with their links."""
    found = connection.execute(_WHOLE, (json.dumps(keys),)).fetchall()
    related = _related(connection, keys)
    return {row[0]: _entry(row, related.get(row[0], ())) for row in found}


def facts(
    connection: sqlite3.Connection, where: str, values: Mapping[str, Any], keys: Iterable[int]
) -> dict[int, Facts]:
    """What the order of some entries depends on, of those for which `where` holds."""
    asked = f"""
        SELECT m.key, m.id, m.created, m.accessed, m.strength, m.importance
        FROM json_each(:keys) s CROSS JOIN memories m ON m.key = s.value WHERE {where}
    """
    found = connection.execute(asked, {**values, "keys": json.dumps(list(keys))})
    return {row[0]: _facts(row) for row in found}


def touch(connection: sqlite3.Connection, entries: Mapping[int, Entry], now: datetime) -> dict[int, Entry]:
    """Reinforce what was recalled, from what is left of its strength; the entries as they are then."""
    touched = {key: _touched(each, now) for key, each in entries.items()}
    accessed = microseconds(now)
    connection.executemany(
        "UPDATE memories SET strength = ?, accessed = ?, anchor = ?, accesses = accesses + 1 WHERE key = ?",
        [(each.strength, accessed, anchor(each.strength, now), key) for key, each in touched.items()],
    )
    return touched


def _touched(entry: Entry, now: datetime) -> Entry:
    strength = scoring.reinforced(entry.strength, entry.last_accessed, now)
    return replace(entry, strength=strength, last_accessed=now, access_count=entry.access_count + 1)


def _values(owner: int, scope: int, entry: Entry) -> tuple[Any, ...]:
    return (
        owner,
        scope,
        entry.id,
        entry.content,
        entry.category,
        _listed(entry.tags),
        _listed(entry.keywords),
        entry.summary,
        _spaced(entry),
        entry.importance,
        entry.type.value,
        int(entry.confidentiality),
        entry.strength,
        microseconds(entry.created_at),
        microseconds(entry.last_accessed),
        anchor(entry.strength, entry.last_accessed),
        entry.access_count,
        _listed(entry.source_ids),
        entry.origin.session,
        entry.origin.seq,
        entry.origin.by,
        int(entry.pinned),
    )


def _spaced(entry: Entry) -> str | None:
    """The texts as FTS5 is to cut them, where they are of a script that writes without spaces."""
    texts = (entry.content, *entry.keywords, entry.summary)
    return words.spaced(" \n".join(texts)) if any(map(words.needs_space, texts)) else None


def _listed(names: Sequence[str]) -> str:
    return json.dumps(names, ensure_ascii=False) if names else "[]"


def _names(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored)) if stored != "[]" else ()


def _related(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    asked = """
        SELECT l.one, m.id FROM memory_links l JOIN memories m ON m.key = l.other
        WHERE l.one IN (SELECT value FROM json_each(?)) ORDER BY m.id
    """
    found: dict[int, tuple[str, ...]] = {}
    for one, related in connection.execute(asked, (json.dumps(keys),)):
        found[one] = (*found.get(one, ()), related)
    return found


def _facts(row: Sequence[Any]) -> Facts:
    _, entry_id, created, accessed, strength, importance = row
    return Facts(
        id=entry_id,
        created_at=moment(created),
        last_accessed=moment(accessed),
        strength=strength,
        importance=importance,
    )


def _entry(row: Sequence[Any], related: tuple[str, ...]) -> Entry:
    return Entry(
        id=row[1],
        content=row[2],
        category=row[3],
        tags=_names(row[4]),
        keywords=_names(row[5]),
        summary=row[6],
        importance=row[7],
        type=_type(row[8]),
        confidentiality=Confidentiality(row[9]),
        strength=row[10],
        created_at=moment(row[11]),
        last_accessed=moment(row[12]),
        access_count=row[13],
        source_ids=_names(row[14]),
        origin=Origin(session=row[15], seq=row[16], by=row[17]),
        pinned=bool(row[18]),
        scope=Scope(tenant=row[19], user=row[20], agent=row[21], session=row[22], project=row[23]),
        embedded_by=row[24],
        related_ids=related,
    )


def _type(stored: str) -> EntryType:
    """The type that is stored; one that a newer heartbit may have written counts as episodic."""
    return EntryType(stored) if stored in EntryType.__members__.values() else EntryType.EPISODIC
