"""Which entries belong together, by the keywords that they share."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from heartbit_tui.memory.types import Entry

LINK: Final = 0.2
"""From which similarity a new entry is linked to one that is there."""

CLUSTER: Final = 0.3
"""From which similarity an entry joins a cluster."""

SMALLEST: Final = 2
"""How many entries a cluster has at least."""

LINKED_AT_MOST: Final = 20
"""How many entries a new one is compared with, and so linked to at most."""


def jaccard(one: Collection[str], other: Collection[str]) -> float:
    """What two sets of keywords share, of all that they have; 0 for two empty ones. Case makes no difference."""
    return _shared(_low(one), _low(other))


def linkable(entry: Entry, others: Iterable[Entry]) -> tuple[str, ...]:
    """The ids of those that a new entry is to be linked to; none without keywords."""
    return tuple(
        other.id for other in others if other.id != entry.id and jaccard(entry.keywords, other.keywords) >= LINK
    )


def clusters(entries: Sequence[Entry], *, least: float = CLUSTER, smallest: int = SMALLEST) -> list[list[Entry]]:
    """Entries in groups of at least `smallest`, in which each is similar to one that came before it.

    One pass in the order given: an entry joins when it is `least` similar to any member so far, and nothing before
    it is looked at again. Entries without keywords, and pinned ones, are in no cluster.
    """
    members = [each for each in entries if each.keywords and not each.pinned]
    index = _Index([_low(each.keywords) for each in members], least)
    grown = (index.take(seed) for seed in range(len(members)))
    return [[members[place] for place in places] for places in grown if len(places) >= smallest]


class _Index:
    """Which sets of words are similar, found by the rarest words of each (prefix filter) and not by comparing all.

    Two sets that share the part `least` of their words share one of the rarest few of both.
    """

    def __init__(self, sets: Sequence[frozenset[str]], least: float) -> None:
        self._sets = sets
        self._least = least
        self._counts = Counter(word for words in sets for word in words)
        self._taken: set[int] = set()
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(sets):
            for word in self._rarest(words):
                self._places[word].append(place)

    def take(self, seed: int) -> list[int]:
        """The cluster that begins here, in order, each of which is in no other; empty when another has the seed."""
        if seed in self._taken:
            return []
        self._taken.add(seed)
        cluster: list[int] = []
        waiting = [seed]
        while waiting:
            cluster.append(heapq.heappop(waiting))
            for place in self._similar_after(cluster[-1]):
                self._taken.add(place)
                heapq.heappush(waiting, place)
        return cluster

    def _similar_after(self, place: int) -> list[int]:
        words = self._sets[place]
        near = {other for word in self._rarest(words) for other in self._untaken(word) if other > place}
        return [other for other in near if _shared(words, self._sets[other]) >= self._least]

    def _untaken(self, word: str) -> list[int]:
        self._places[word] = [place for place in self._places[word] if place not in self._taken]
        return self._places[word]

    def _rarest(self, words: frozenset[str]) -> list[str]:
        ordered = sorted(words, key=lambda word: (self._counts[word], word))
        return ordered[: len(words) - math.ceil(self._least * len(words) - 1e-9) + 1]


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _low(keywords: Collection[str]) -> frozenset[str]:
    return frozenset(keyword.lower() for keyword in keywords)
