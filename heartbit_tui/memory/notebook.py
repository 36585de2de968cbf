"""The memory as one run, or one person, may use it: what is within reach, and nothing that has a secret in it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from typing import Protocol, TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.clusters import LINKED_AT_MOST, linkable
from heartbit_tui.memory.errors import EmbeddingError, EntryRefused
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.types import (
    Change,
    Confidentiality,
    Entry,
    Merged,
    NewEntry,
    Origin,
    Query,
    Reach,
    Recall,
    Scope,
    Vector,
)

EMBED_SECONDS = 2.0
"""How long a question may be embedded before it is answered by words alone."""

SHORTEST = 6
"""Characters from which a text can have a secret or an address in it."""

NOT_KEPT = "Nothing was stored, because there is {found} in it. Say it without, or leave it out."
BY_WORDS = "searched by words alone: {reason}"
SLOW = f"the question was not embedded within {EMBED_SECONDS:g} s"


AnyEntry = TypeVar("AnyEntry", bound=NewEntry | Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text without its secrets and personal data; `found` names what was in it, such as `an e-mail address`."""

    text: str
    found: tuple[str, ...] = ()


Clean: TypeAlias = Callable[[str], Cleaned]
"""Takes secrets and personal data out of a text."""


class Asking(Protocol):
    """What makes a vector of a question."""

    async def vector(self, text: str) -> Vector | None:
        """The question's vector, None where there are no embeddings. Raises `EmbeddingError`."""
        ...


class ByWords:
    """An `Asking` that has no vectors."""

    async def vector(self, text: str) -> Vector | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a notebook stands on, the same for all of a session; `origin` says where one is just now."""

    memory: Memory
    reach: Reach
    scope: Scope
    clean: Clean
    origin: Callable[[], Origin]
    asking: Asking = field(default_factory=ByWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An entry that was stored, and how many others it was linked to."""

    entry: Entry
    linked: int = 0


class Notebook:
    """Reads and writes the memory within one reach; whoever holds it can widen nothing.

    What is stored was looked through first: what has a secret or personal data in it is refused, or, by `keep`,
    stored without. All raise what `Memory` raises.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._memory = ground.memory

    @property
    def reach(self) -> Reach:
        """What can be got at."""
        return self._ground.reach

    def owns(self, entry: Entry) -> bool:
        """Whether an entry is of this scope, whichever session it was stored in."""
        return replace(entry.scope, session="") == replace(self._ground.scope, session="")

    async def store(self, wanted: NewEntry, *, by: str = "") -> Stored:
        """Keep an entry as this scope's own, linked to those with like keywords. Raises `EntryRefused`."""
        self._look((wanted.content, wanted.summary, wanted.category, *wanted.tags, *wanted.keywords))
        entry = await self._memory.store(self._owned(wanted, by), self.reach)
        return Stored(entry=entry, linked=await self._link(entry))

    async def keep(self, wanted: NewEntry, *, by: str = "") -> tuple[Entry, tuple[str, ...]]:
        """Keep an entry with what may not be stored taken out; what that was."""
        cleaned, found = cleaned_entry(wanted, self._ground.clean)
        return await self._memory.store(self._owned(cleaned, by), self.reach), found

    async def recall(self, query: Query, *, agents: tuple[str, ...] | None = None, touch: bool = True) -> Recall:
        """The best entries for a query, by words and by meaning where that can be; the query's own reach is not asked."""
        vector, trouble = await self._vector(query.text)
        found = await self._memory.recall(replace(query, reach=self._reach(agents), vector=vector), touch=touch)
        return replace(found, notice="; ".join(filter(None, (trouble, found.notice))))

    async def get(self, entry_id: str) -> Entry:
        """One entry. Raises `EntryMissing`."""
        return await self._memory.get(entry_id, self.reach)

    async def list(self, query: Query, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first."""
        return await self._memory.list(replace(query, reach=self.reach), after=after)

    async def update(self, entry_id: str, change: Change) -> Entry:
        """Put something else in an entry. Raises `EntryMissing`, `EntryRefused`."""
        texts = (change.content, change.summary, change.category, *(change.tags or ()), *(change.keywords or ()))
        self._look(text for text in texts if text)
        return await self._memory.update(entry_id, change, self.reach)

    async def forget(self, entry_id: str) -> bool:
        """Remove an entry; whether it was there."""
        return await self._memory.forget(entry_id, self.reach)

    async def touch(self, entry_ids: Sequence[str]) -> None:
        """Make entries stronger that were of use."""
        await self._memory.touch(entry_ids, self.reach)

    async def pin(self, entry_id: str, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging, or no longer. Raises `EntryMissing`."""
        return await self._memory.pin(entry_id, self.reach, pinned=pinned)

    async def merge(self, wanted: NewEntry, source_ids: Sequence[str], *, by: str = "") -> Merged:
        """Put one entry in the place of several. Raises `EntryMissing`, `EntryRefused`."""
        self._look((wanted.content, wanted.category, *wanted.tags))
        return await self._memory.merge(self._owned(wanted, by), source_ids, self.reach)

    async def prune(self) -> int:
        """Remove what is weak and old, within reach; how many."""
        return await self._memory.prune(self.reach)

    def _owned(self, wanted: NewEntry, by: str) -> NewEntry:
        origin = self._ground.origin()
        return replace(
            wanted,
            scope=self._ground.scope,
            importance=min(max(wanted.importance, 1), 10),
            confidentiality=max(wanted.confidentiality, self.reach.floor),
            origin=replace(origin, by=by) if by else origin,
        )

    def _reach(self, agents: tuple[str, ...] | None) -> Reach:
        """This reach, narrowed to some agents; it never gets wider."""
        own = self.reach
        if agents is None:
            return own
        return replace(
            own, agents=agents if own.agents is None else tuple(each for each in agents if each in own.agents)
        )

    def _look(self, texts: Iterable[str]) -> None:
        found = dict.fromkeys(label for text in texts for label in self._ground.clean(text).found)
        if found:
            raise EntryRefused(NOT_KEPT.format(found=told(tuple(found))))

    async def _link(self, entry: Entry) -> int:
        """Link an entry to those whose keywords are like its own, untouched."""
        if not entry.keywords or entry.confidentiality is Confidentiality.RESTRICTED:
            return 0
        query = Query(reach=self.reach, text=" ".join(entry.keywords), limit=LINKED_AT_MOST)
        found = (await self._memory.recall(query, touch=False)).found
        alike = linkable(entry, (each.entry for each in found))
        linked = [await self._memory.link(entry.id, other, self.reach) for other in alike]
        return sum(linked)

    async def _vector(self, text: str) -> tuple[Vector | None, str]:
        if not text:
            return None, ""
        try:
            async with asyncio.timeout(EMBED_SECONDS):
                return await self._ground.asking.vector(text), ""
        except TimeoutError:
            return None, BY_WORDS.format(reason=SLOW)
        except EmbeddingError as error:
            return None, BY_WORDS.format(reason=str(error).rstrip("."))


def cleaned_entry(wanted: AnyEntry, clean: Clean) -> tuple[AnyEntry, tuple[str, ...]]:
    """An entry with what may not be stored taken out of each of its texts, and what that was."""
    found = dict[str, None]()

    def without(text: str) -> str:
        if len(text) < SHORTEST:
            return text
        cleaned = clean(text)
        found.update(dict.fromkeys(cleaned.found))
        return cleaned.text

    entry = replace(
        wanted,
        content=without(wanted.content),
        summary=without(wanted.summary),
        category=without(wanted.category),
        tags=tuple(map(without, wanted.tags)),
        keywords=tuple(map(without, wanted.keywords)),
    )
    return entry, tuple(found)


def told(found: Sequence[str]) -> str:
    """What was found, as a list in words."""
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
