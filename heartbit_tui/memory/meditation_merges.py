"""Doubles that were merged, and how a merge is undone; pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.errors import EntryError
from heartbit_tui.memory.types import Entry

KEPT = timedelta(days=30)
"""How long a merge can be undone."""

NO_MERGE = (
    "No merge has the number {number}: it was undone, is older than 30 days, or the memory that stayed is gone. "
    "`heartbit memory merged` lists those that can be undone."
)

_Value = TypeVar("_Value")


class MergeError(EntryError):
    """A merge cannot be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Entries that said the same: the one that stayed, as it is now, and those that it took in, as they were."""

    number: int
    at: datetime
    keeper: Entry
    gone: tuple[Entry, ...]


def mergeable(seed: Entry, others: Iterable[Entry], apart: Collection[frozenset[str]]) -> list[Entry]:
    """Those that may become one with a seed: of two that a person has held apart, never both."""
    taken = [seed]
    for each in others:
        if not any(frozenset((each.id, one.id)) in apart for one in taken):
            taken.append(each)
    return taken[1:]


def parted(now: Entry, before: Entry, after: Entry) -> Entry:
    """The entry that stayed as it would be had it taken nothing in: what was changed since the merge stays changed."""
    return replace(
        now,
        tags=_without(now.tags, before.tags, after.tags),
        keywords=_without(now.keywords, before.keywords, after.keywords),
        source_ids=_without(now.source_ids, before.source_ids, after.source_ids),
        importance=_as_before(now.importance, before.importance, after.importance),
        strength=_as_before(now.strength, before.strength, after.strength),
        last_accessed=_as_before(now.last_accessed, before.last_accessed, after.last_accessed),
        confidentiality=_as_before(now.confidentiality, before.confidentiality, after.confidentiality),
        access_count=before.access_count + max(0, now.access_count - after.access_count),
        related_ids=_without(now.related_ids, before.related_ids, after.related_ids),
    )


def _without(now: Sequence[str], before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Those of now that the merge did not add."""
    added = set(after) - set(before)
    return tuple(each for each in now if each not in added)


def _as_before(now: _Value, before: _Value, after: _Value) -> _Value:
    return before if now == after else now
