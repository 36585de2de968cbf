"""Candidates put in order: two rankings fused, four parts summed, links followed one step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory import fusion, scoring
from heartbit_tui.memory.scoring import Parts, Weights
from heartbit_tui.memory.types import Why

FROM_WORDS: Final = 200
"""How many candidates the words give at most, and each order of time, importance and strength where there are none."""

BY_LINK: Final = 0.5
"""What a linked entry has of the relevance of the one that led to it."""

TELLING: Final = 0.4
"""What part of the best score by words another one needs to count in the fusion with vectors."""


def from_vectors(limit: int) -> int:
    """How many candidates the vectors give."""
    return max(40, 4 * limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the order of an entry depends on beside the query."""

    id: str
    created_at: datetime
    last_accessed: datetime
    strength: float
    importance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for a query, best first, each with its score: BM25 by words, the cosine by vectors."""

    lexical: Sequence[tuple[int, float]] = ()
    vector: Sequence[tuple[int, float]] = ()
    relevance: Mapping[int, float] = field(default_factory=dict[int, float])
    """Relevance of what was found by words alone; by the best of them where it is empty."""

    def counting(self) -> set[int]:
        """All that was found, but what has only common words of a query that vectors answer too: nothing speaks for it."""
        worded = telling(self.lexical) if self.vector else [key for key, _ in self.lexical]
        return {*worded, *(key for key, _ in self.vector)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An entry by its key, and why it stands where it does."""

    key: int
    why: Why


class Ranking:
    """The order of the candidates of one query at one moment."""

    def __init__(self, found: Found, now: datetime, weights: Weights) -> None:
        self._now = now
        self._weights = weights
        self._bm25 = dict(found.lexical)
        self._cosine = dict(found.vector)
        self._lexical_rank = {key: rank for rank, (key, _) in enumerate(found.lexical, start=1)}
        self._vector_rank = {key: rank for rank, (key, _) in enumerate(found.vector, start=1)}
        self._relevance = dict(relevance(found))

    def best(self, facts: Mapping[int, Facts], limit: int) -> list[Ranked]:
        """The first of these: by score, then the newer one, then by id."""
        scored = [(self._parts(key, each), key, each) for key, each in facts.items()]
        placed = sorted(
            (-parts.score(self._weights), -each.created_at.timestamp(), each.id, key) for parts, key, each in scored
        )
        return [Ranked(key=key, why=self._why(key, facts[key])) for *_, key in placed[:limit]]

    def with_links(
        self, kept: Sequence[Ranked], links: Iterable[tuple[int, int]], facts: Mapping[int, Facts], limit: int
    ) -> list[Ranked]:
        """The first of those kept and of what they link to, as pairs of keys; all by the same relevance."""
        parents = self._parents(kept, links, facts)
        for key, parent in parents.items():
            inherited = BY_LINK * self._relevance.get(parent, 0.0)
            self._relevance[key] = max(self._relevance.get(key, 0.0), inherited)
        ranked = self.best({key: facts[key] for key in (*(each.key for each in kept), *parents)}, limit)
        return [_linked(each, facts[parents[each.key]].id) if each.key in parents else each for each in ranked]

    def _parents(
        self, kept: Sequence[Ranked], links: Iterable[tuple[int, int]], facts: Mapping[int, Facts]
    ) -> dict[int, int]:
        """The best of the kept entries that leads to each one beyond them."""
        order = {each.key: place for place, each in enumerate(kept)}
        beyond = sorted((pair for pair in links if pair[0] in order), key=lambda pair: order[pair[0]])
        parents: dict[int, int] = {}
        for parent, key in beyond:
            if key not in order and key in facts:
                parents.setdefault(key, parent)
        return parents

    def _parts(self, key: int, facts: Facts) -> Parts:
        return Parts(
            recency=scoring.recency(facts.created_at, self._now, self._weights),
            importance=scoring.importance(facts.importance),
            relevance=scoring.clamped(self._relevance.get(key, 0.0)),
            strength=scoring.strength_at(facts.strength, facts.last_accessed, self._now),
        )

    def _why(self, key: int, facts: Facts) -> Why:
        parts = self._parts(key, facts)
        return Why(
            score=parts.score(self._weights),
            recency=parts.recency,
            importance=parts.importance,
            relevance=parts.relevance,
            strength=parts.strength,
            lexical_rank=self._lexical_rank.get(key),
            vector_rank=self._vector_rank.get(key),
            bm25=self._bm25.get(key, 0.0),
            similarity=self._cosine.get(key),
        )


def relevance(found: Found) -> Mapping[int, float]:
    """How well each answers the query, 0..1: fused by rank where vectors were found, by the words' scores otherwise."""
    if found.vector:
        return fusion.by_best(fusion.fused([telling(found.lexical), [key for key, _ in found.vector]]))
    return found.relevance or fusion.by_best(dict(found.lexical))


def telling(lexical: Sequence[tuple[int, float]]) -> list[int]:
    """Of what was found by words, those that have more than the common words of a query.

    By their number the others would win over the one that has all.
    """
    least = TELLING * max((score for _, score in lexical), default=0.0)
    return [key for key, score in lexical if score >= least]


def _linked(each: Ranked, parent: str) -> Ranked:
    return replace(each, why=replace(each.why, linked_from=parent))
