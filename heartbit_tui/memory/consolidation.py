"""Entries that belong together made one, each cluster by one question to a model."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.memory import clusters
from heartbit_tui.memory.errors import EntryError
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Origin, Query, Reach, Scope

MOST: Final = 50
"""Clusters that one consolidation merges at most, the newest first, so that the end of a session stays short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A text that says what several said; `whole` is false when the model was cut off."""

    text: str
    whole: bool = True


class Summarise(Protocol):
    """What makes one text of several, such as a model."""

    async def __call__(self, contents: Sequence[str], /) -> Summary:
        """One short, factual text that keeps all key facts. Raises a `HeartbitError` where it cannot."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidated:
    """What a consolidation did: the entries it made, and how many took part in them. `skipped` clusters stay."""

    made: tuple[Entry, ...]
    replaced: int
    skipped: int


async def consolidate(memory: Memory, reach: Reach, summarise: Summarise, *, most: int = MOST) -> Consolidated:
    """Merge what happened into facts, cluster by cluster; each cluster happens as a whole or not at all.

    No entry is touched by being read for this, none that is restricted or pinned is read to a model, and what is
    merged is of one scope, from whichever sessions. A cluster for which the model failed or did not finish its text stays as it is.
    """
    made: list[Entry] = []
    replaced = skipped = 0
    for cluster in _clusters(await _episodes(memory, reach))[:most]:
        merged = await _merged(memory, reach, summarise, cluster)
        if merged is None:
            skipped += 1
        else:
            made.append(merged)
            replaced += len(cluster)
    return Consolidated(made=tuple(made), replaced=replaced, skipped=skipped)


async def _episodes(memory: Memory, reach: Reach) -> list[Entry]:
    """All that happened and that a model may read, newest first."""
    found: list[Entry] = []
    query = Query(reach=reach, type=EntryType.EPISODIC, pinned=False, limit=1_000)
    after = ""
    while page := await memory.list(query, after=after):
        found += page
        after = page[-1].id
    return [each for each in found if each.confidentiality < Confidentiality.RESTRICTED]


def _clusters(episodes: Sequence[Entry]) -> list[list[Entry]]:
    by_scope: dict[Scope, list[Entry]] = defaultdict(list)
    for each in episodes:
        by_scope[replace(each.scope, session="")].append(each)
    return [cluster for entries in by_scope.values() for cluster in clusters.clusters(entries)]


async def _merged(memory: Memory, reach: Reach, summarise: Summarise, cluster: Sequence[Entry]) -> Entry | None:
    try:
        summary = await summarise([each.content for each in cluster])
    except HeartbitError:
        return None
    if not summary.whole or not summary.text.strip():
        return None
    new = NewEntry(
        content=summary.text.strip(),
        scope=cluster[0].scope,
        type=EntryType.SEMANTIC,
        importance=max(each.importance for each in cluster),
        origin=Origin(session=cluster[0].origin.session, seq=cluster[0].origin.seq, by="consolidation"),
    )
    try:
        return (await memory.merge(new, [each.id for each in cluster], reach)).entry
    except EntryError:
        return None
