"""A memory that lives as long as its process: for tests, and for `memory.type = "in_memory"`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, TypeAlias
from uuid import uuid4

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import bm25, entries, fusion, lexical, scoring, words
from heartbit_tui.memory.errors import EntryMissing
from heartbit_tui.memory.filters import fades, passes
from heartbit_tui.memory.lexical import Document
from heartbit_tui.memory.protocols import MIN_AGE, MIN_STRENGTH
from heartbit_tui.memory.ranking import FROM_WORDS, Facts, Found, Ranking, from_vectors
from heartbit_tui.memory.scoring import Weights
from heartbit_tui.memory.types import (
    Change,
    Embedded,
    Entry,
    Floats,
    Merged,
    NewEntry,
    Pending,
    Query,
    Reach,
    Recall,
    Recalled,
    Space,
    Stats,
    Waiting,
)

Lexical: TypeAlias = Literal["words", "compat"]
"""How texts are compared: by whole words with their rarity, or as the seed did (`bm25`)."""


@dataclass(slots=True)
class _Kept:
    """An entry with what is derived from it; `revision` counts its texts."""

    entry: Entry
    document: Document
    revision: int = 0
    vectors: dict[str, Floats] = field(default_factory=dict[str, Floats])


class VolatileMemory:
    """Entries in a dictionary. Everything happens between two awaits, so nothing can come between."""

    def __init__(
        self,
        clock: Clock,
        *,
        weights: Weights | None = None,
        lexical: Lexical = "words",
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._clock = clock
        self._weights = weights or Weights()
        self._lexical: Lexical = lexical
        self._new_id = new_id
        self._kept: dict[int, _Kept] = {}
        self._keys: dict[tuple[str, str, str], int] = {}
        self._links: dict[int, set[int]] = {}
        self._last = 0
        self._serving = ""
        self._dimensions: dict[str, int] = {}

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        """Keep an entry, by its id where that is there already."""
        return (await self.store_many([entry], reach))[0]

    async def store_many(self, new: Sequence[NewEntry | Entry], reach: Reach | None = None) -> tuple[Entry, ...]:
        """Keep all of them, or none."""
        entries.refuse_too_many(len(new))
        now = self._clock.now()
        made = [entries.within(entries.made(each, new_id=self._new_id(), now=now), reach) for each in new]
        stored = [entries.over(each, self._old(each)) for each in entries.each_once(made)]
        keys = [self._put(each) for each in stored]
        for key, each in zip(keys, stored, strict=True):
            self._relink(key, each)
        return tuple(self._whole(self._keys[_name(each)]) for each in made)

    async def recall(self, query: Query, *, touch: bool = True) -> Recall:
        """The best entries for a query."""
        limit = entries.limit(query.limit, entries.MOST_RECALLED)
        facts = {key: _facts(each.entry) for key, each in self._passing(query).items()}
        found, wanted = self._found(query, facts), words.asked(query.text)
        ranking = Ranking(found, self._clock.now(), self._weights)
        asks = bool(wanted or query.vector) or (self._lexical == "compat" and bool(query.text))
        kept = ranking.best({key: facts[key] for key in found.counting()} if asks else facts, limit)
        links = [(each.key, other) for each in kept for other in self._linked(each.key) if other in facts]
        ranked = ranking.with_links(kept, links, facts, limit)
        if touch:
            self._touch([each.key for each in ranked])
        return Recall(found=tuple(Recalled(entry=self._whole(each.key), why=each.why) for each in ranked))

    async def get(self, entry_id: str, reach: Reach, *, touch: bool = False) -> Entry:
        """One entry."""
        key = self._key(entry_id, reach)
        if touch:
            self._touch([key])
        return self._whole(key)

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first, untouched."""
        wanted = set(words.words(query.text))
        keys = [key for key, each in self._passing(query).items() if wanted <= each.document.counts.keys()]
        listed = sorted((entries.by_time(self._kept[key].entry), key) for key in keys)
        if after:
            last = entries.by_time(await self.get(after, query.reach))
            listed = [each for each in listed if each[0] > last]
        return tuple(self._whole(key) for _, key in listed[: entries.limit(query.limit, entries.MOST_LISTED)])

    async def update(self, entry_id: str, change: Change, reach: Reach) -> Entry:
        """Put something else in an entry."""
        key = self._key(entry_id, reach)
        changed = entries.within(entries.changed(self._whole(key), change), reach)
        self._put(replace(changed, last_accessed=self._clock.now()))
        return self._whole(key)

    async def forget(self, entry_id: str, reach: Reach) -> bool:
        """Remove an entry."""
        try:
            self._remove([self._key(entry_id, reach)])
        except EntryMissing:
            return False
        return True

    async def link(self, entry_id: str, related_id: str, reach: Reach) -> bool:
        """Link two entries both ways."""
        try:
            one, other = self._key(entry_id, reach), self._key(related_id, reach)
        except EntryMissing:
            return False
        self._link(one, other)
        return True

    async def pin(self, entry_id: str, reach: Reach, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging."""
        kept = self._kept[self._key(entry_id, reach)]
        kept.entry = replace(kept.entry, pinned=pinned)
        return await self.get(entry_id, reach)

    async def merge(self, entry: NewEntry, source_ids: Sequence[str], reach: Reach) -> Merged:
        """Put one entry in the place of several."""
        wanted = tuple(dict.fromkeys(source_ids))
        sources = [each for each in wanted if self._has(each, reach)]
        if not sources:
            raise EntryMissing(", ".join(wanted))
        new = entries.made(entry, new_id=self._new_id(), now=self._clock.now())
        whole = [self._whole(self._key(each, reach)) for each in sources]
        merged = entries.within(entries.merged(new, whole), reach)
        merged = entries.over(merged, self._old(merged))
        self._remove([self._key(each, reach) for each in sources if each != merged.id])
        key = self._put(merged)
        missing = tuple(each for each in wanted if each not in sources)
        return Merged(entry=self._whole(key), replaced=tuple(sources), missing=missing)

    async def prune(
        self, reach: Reach, *, min_strength: float = MIN_STRENGTH, min_age: timedelta = MIN_AGE, dry_run: bool = False
    ) -> int:
        """Remove what is weak and old."""
        now = self._clock.now()
        gone = [
            key
            for key, each in self._passing(Query(reach=reach)).items()
            if fades(each.entry, min_strength, now) and now - each.entry.created_at > min_age
        ]
        if not dry_run:
            self._remove(gone)
        return len(gone)

    async def stats(self, reach: Reach) -> Stats:
        """What is within reach, in figures."""
        now = self._clock.now()
        kept = self._passing(Query(reach=reach))
        all_of = [each.entry for each in kept.values()]
        times = sorted(each.created_at for each in all_of)
        return Stats(
            entries=len(kept),
            by_type=dict(Counter(each.type.value for each in all_of)),
            by_category=dict(Counter(each.category for each in all_of)),
            by_confidentiality=dict(Counter(each.confidentiality.word for each in all_of)),
            pinned=sum(each.pinned for each in all_of),
            links=sum(other in kept for one in kept for other in self._linked(one)) // 2,
            fading=sum(fades(each, MIN_STRENGTH, now) for each in all_of),
            size=sum(len(each.content.encode()) for each in all_of),
            oldest=times[0] if times else None,
            newest=times[-1] if times else None,
            spaces=tuple(self._space(model, kept.values()) for model in self._dimensions),
            search="python",
        )

    async def pending(self, model: str, limit: int) -> Waiting:
        """Texts that this model has not embedded yet, newest first."""
        keys = [key for key, each in self._kept.items() if model not in each.vectors]
        newest = [(key, self._kept[key]) for key in sorted(keys, reverse=True)[:limit]]
        texts = (Pending(key=key, revision=each.revision, text=each.entry.content) for key, each in newest)
        return Waiting(texts=tuple(texts), total=len(keys))

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        """Keep vectors; how many were."""
        fusion.refuse_odd(model, [each.values for each in vectors], self._dimensions.get(model))
        done = 0
        for each in vectors:
            kept = self._kept.get(each.key)
            if kept is not None and kept.revision == each.revision:
                self._dimensions[model] = len(each.values)
                kept.vectors[model] = tuple(each.values)
                kept.entry = replace(kept.entry, embedded_by=model)
                done += 1
        return done

    async def serve(self, model: str) -> None:
        """Use this model's vectors from now on."""
        self._serving = model if model in self._dimensions else ""
        self._dimensions = {name: size for name, size in self._dimensions.items() if name == model}
        for each in self._kept.values():
            each.vectors = {name: values for name, values in each.vectors.items() if name == model}
            each.entry = replace(each.entry, embedded_by=model if each.vectors else "")

    def _found(self, query: Query, facts: Mapping[int, Facts]) -> Found:
        by_vector = self._by_vector(query, facts)
        if self._lexical == "compat":
            by_score = self._as_the_seed(query, facts)
            ordered = sorted(by_score.items(), key=lambda each: -each[1])
            return Found(lexical=ordered, vector=by_vector, relevance=bm25.relevance(by_score))
        documents = {key: self._kept[key].document for key in facts}
        return Found(lexical=lexical.scores(documents, words.asked(query.text))[:FROM_WORDS], vector=by_vector)

    def _as_the_seed(self, query: Query, facts: Iterable[int]) -> dict[int, float]:
        terms = bm25.terms(query.text)
        having = {
            key: self._kept[key].entry
            for key in facts
            if terms and bm25.matches(self._kept[key].entry.content, self._kept[key].entry.keywords, terms)
        }
        average = bm25.average([each.content for each in having.values()])
        return {key: bm25.score(each.content, each.keywords, terms, average) for key, each in having.items()}

    def _by_vector(self, query: Query, facts: Iterable[int]) -> Sequence[tuple[int, float]]:
        wanted = query.vector
        if wanted is None:
            return []
        having = ((key, self._kept[key].vectors.get(wanted.model)) for key in facts)
        size = len(wanted.values)
        near = [(key, fusion.cosine(wanted.values, values)) for key, values in having if values and len(values) == size]
        near.sort(key=lambda each: (-each[1], -each[0]))
        return near[: from_vectors(query.limit)]

    def _passing(self, query: Query) -> dict[int, _Kept]:
        now = self._clock.now()
        return {key: each for key, each in self._kept.items() if passes(each.entry, query, now)}

    def _touch(self, keys: Iterable[int]) -> None:
        now = self._clock.now()
        for key in keys:
            kept = self._kept[key]
            strength = scoring.reinforced(kept.entry.strength, kept.entry.last_accessed, now)
            count = kept.entry.access_count + 1
            kept.entry = replace(kept.entry, strength=strength, last_accessed=now, access_count=count)

    def _put(self, entry: Entry) -> int:
        name = _name(entry)
        old = self._kept.get(self._keys.get(name, 0))
        if old is None:
            self._last += 1
            self._keys[name] = self._last
            self._kept[self._last] = _Kept(replace(entry, embedded_by=""), Document.of(entry))
            return self._last
        if entries.reads_differently(old.entry, entry):
            old.revision += 1
            old.vectors = {}
        old.document = Document.of(entry)
        old.entry = replace(entry, embedded_by=old.entry.embedded_by if old.vectors else "")
        return self._keys[name]

    def _relink(self, key: int, entry: Entry) -> None:
        for related in entry.related_ids:
            self._link(key, self._keys.get((entry.scope.tenant, entry.scope.user, related), key))

    def _link(self, one: int, other: int) -> None:
        if one != other:
            self._links.setdefault(one, set()).add(other)
            self._links.setdefault(other, set()).add(one)

    def _linked(self, key: int) -> Collection[int]:
        return self._links.get(key, ())

    def _remove(self, keys: Sequence[int]) -> None:
        for key in keys:
            del self._keys[_name(self._kept.pop(key).entry)]
            for other in self._links.pop(key, ()):
                self._links[other].discard(key)

    def _whole(self, key: int) -> Entry:
        related = sorted(self._kept[other].entry.id for other in self._linked(key))
        return replace(self._kept[key].entry, related_ids=tuple(related))

    def _old(self, entry: Entry) -> Entry | None:
        key = self._keys.get(_name(entry))
        return None if key is None else self._whole(key)

    def _key(self, entry_id: str, reach: Reach) -> int:
        key = self._keys.get((reach.tenant, reach.user, entry_id), 0)
        kept = self._kept.get(key)
        if kept is None or not reach.sees(kept.entry.scope, kept.entry.confidentiality):
            raise EntryMissing(entry_id)
        return key

    def _has(self, entry_id: str, reach: Reach) -> bool:
        try:
            return bool(self._key(entry_id, reach))
        except EntryMissing:
            return False

    def _space(self, model: str, kept: Iterable[_Kept]) -> Space:
        have = [model in each.vectors for each in kept]
        return Space(
            model=model,
            dimension=self._dimensions[model],
            embedded=sum(have),
            pending=len(have) - sum(have),
            serving=model == self._serving,
        )


def _name(entry: Entry) -> tuple[str, str, str]:
    return entry.scope.tenant, entry.scope.user, entry.id


def _facts(entry: Entry) -> Facts:
    return Facts(
        id=entry.id,
        created_at=entry.created_at,
        last_accessed=entry.last_accessed,
        strength=entry.strength,
        importance=entry.importance,
    )
