"""How near an entry is kept: core, working or peripheral, from what it is and how it is used; pure."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.types import Entry, EntryType

Tier: TypeAlias = Literal["core", "working", "peripheral"]
"""Core is what always counts, working what is in use, peripheral what is about to be forgotten; rsclaw's three."""

OF_TYPE: Mapping[EntryType, Tier] = MappingProxyType(
    {EntryType.REFLECTION: "core", EntryType.SEMANTIC: "working", EntryType.EPISODIC: "working"}
)
"""Where an entry begins: a conclusion is core; what happened, and what was merged of it, has to prove itself by use."""

BETA: Mapping[Tier, float] = MappingProxyType({"core": 0.8, "working": 1.0, "peripheral": 1.3})
FLOOR: Mapping[Tier, float] = MappingProxyType({"core": 0.9, "working": 0.3, "peripheral": 0.1})
"""How fast each tier fades with age, and what is left at least; rsclaw's."""

HALF_LIFE = 30.0
"""Days in which an entry of importance 0 loses half of its recency; up to ten times as long with importance."""

UNUSED = timedelta(days=60)
SELDOM = 3
"""After so long, an entry that was recalled less often than this is peripheral."""

FAINT = 0.15
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """From which use and importance (0 to 1) an entry is core: by either alone, or by both."""

    access_only: int = 15
    importance_only: float = 0.9
    both_access: int = 5
    both_importance: float = 0.8


USUAL = Promotion()


def relevance(importance: float, accesses: int, age_days: float, tier: Tier) -> float:
    """How much an entry counts, 0.01 to 1, by rsclaw's formula; `importance` is 0 to 1. A pinned one always counts 1."""
    half_life = HALF_LIFE * min(math.exp(1.5 * importance), 10.0)
    recency = math.exp(-(math.log(2) / half_life) * max(age_days, 0.0) ** BETA[tier])
    frequency = 1 - math.exp(-accesses / 5)
    score = 0.4 * recency + 0.3 * frequency + 0.3 * importance
    return min(1.0, max(0.01, score, FLOOR[tier]))


def importance_of(entry: Entry) -> float:
    """An entry's importance, 1 to 10, as 0 to 1."""
    return entry.importance / 10


def promoted(entry: Entry, promotion: Promotion = USUAL) -> bool:
    """Whether use and importance make an entry core."""
    importance = importance_of(entry)
    return (
        entry.access_count >= promotion.access_only
        or importance >= promotion.importance_only
        or (entry.access_count >= promotion.both_access and importance >= promotion.both_importance)
    )


def tier_of(entry: Entry, now: datetime, *, demoted: bool = False, promotion: Promotion = USUAL) -> Tier:
    """The tier of an entry now; the first that holds. One that was demoted stays so, however often it is recalled.

    rsclaw keeps the tier and floors its score by it, so that nothing core ever fades; here it follows from the entry.
    """
    if entry.pinned:
        return "core"
    if demoted:
        return "peripheral"
    if promoted(entry, promotion) or OF_TYPE[entry.type] == "core":
        return "core"
    age = now - entry.last_accessed
    if now - entry.created_at > UNUSED and entry.access_count < SELDOM:
        return "peripheral"
    score = relevance(importance_of(entry), entry.access_count, age / _DAY, "peripheral")
    return "peripheral" if score < FAINT else "working"
