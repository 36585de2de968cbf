"""Which of several like entries stays, what it takes over from the others, and which belong together; pure."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from heartbit_tui.memory import scoring
from heartbit_tui.memory.entries import MOST_NAMES
from heartbit_tui.memory.types import Confidentiality, Entry, Recalled


def like(found: Iterable[Recalled], seed: Entry, least: float, *, above: bool = False) -> list[Entry]:
    """Of what lies near a seed, the entries of its own agent and project that are at least so similar, or `above` it.

    Pinned ones are never among them, nor what no model may read.
    """
    return [
        each.entry
        for each in found
        if each.entry.id != seed.id
        and not each.entry.pinned
        and each.entry.confidentiality < Confidentiality.RESTRICTED
        and same_place(each.entry, seed)
        and _similar(each.why.similarity, least, above=above)
    ]


def same_place(one: Entry, other: Entry) -> bool:
    """Whether two entries are of the same agent and project; from which sessions makes no difference."""
    return replace(one.scope, session="") == replace(other.scope, session="")


def strongest(entries: Sequence[Entry], now: datetime) -> Entry:
    """The one that stays of several that say the same: the more important, then the stronger, then the more used."""

    def rank(entry: Entry) -> tuple[float, float, int, float]:
        strength = scoring.strength_at(entry.strength, entry.last_accessed, now)
        return entry.importance, round(strength, 6), entry.access_count, -entry.created_at.timestamp()

    return max(entries, key=rank)


def absorbing(keeper: Entry, gone: Sequence[Entry]) -> Entry:
    """The one that stays with what the others had: all tags and keywords, the uses of all, the strictest level.

    The ids of those that it stands for are among its sources; links are moved by whoever stores it.
    """
    every = (keeper, *gone)
    return replace(
        keeper,
        tags=_union(each.tags for each in every),
        keywords=_union(each.keywords for each in every),
        importance=max(each.importance for each in every),
        strength=max(each.strength for each in every),
        last_accessed=max(each.last_accessed for each in every),
        access_count=sum(each.access_count for each in every),
        confidentiality=max(each.confidentiality for each in every),
        source_ids=tuple(
            dict.fromkeys((*keeper.source_ids, *(one for each in gone for one in (*each.source_ids, each.id))))
        ),
    )


def fingerprint(ids: Collection[str]) -> str:
    """What a set of entries is known by, whatever their order."""
    return hashlib.sha256("\0".join(sorted(ids)).encode()).hexdigest()[:32]


def _similar(similarity: float | None, least: float, *, above: bool) -> bool:
    return similarity is not None and (similarity > least if above else similarity >= least)


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for group in groups for each in group))[:MOST_NAMES]
