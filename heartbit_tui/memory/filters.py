"""Which entries a query is about at all, before any of them is scored."""

from datetime import datetime

from heartbit_tui.memory import scoring
from heartbit_tui.memory.types import Entry, Query


def passes(entry: Entry, query: Query, now: datetime) -> bool:
    """Whether an entry is within reach and has what the query asks for, whatever its text says."""
    return (
        query.reach.sees(entry.scope, entry.confidentiality)
        and query.category in ("", entry.category)
        and query.type in (None, entry.type)
        and query.pinned in (None, entry.pinned)
        and (not query.tags or not set(query.tags).isdisjoint(entry.tags))
        and (query.min_strength <= 0 or strength(entry, now) >= query.min_strength)
    )


def fades(entry: Entry, min_strength: float, now: datetime) -> bool:
    """Whether an entry has become weaker than that, and nobody pinned it."""
    return not entry.pinned and strength(entry, now) < min_strength


def strength(entry: Entry, now: datetime) -> float:
    """What is left of an entry's strength."""
    return scoring.strength_at(entry.strength, entry.last_accessed, now)
