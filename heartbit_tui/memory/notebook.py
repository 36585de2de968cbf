"""The memory as one run, or one person, may use it: what is within reach, and nothing that has a secret in it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.clusters import LINKED_AT_MOST, linkable
from heartbit_tui.memory.errors import EntryMissing, EntryRefused
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
)

SHORTEST = 6
"""Characters from which a text can have a secret or an address in it."""

NOT_KEPT = "Nothing was stored, because there is {found} in it. Say it without, or leave it out."


AnyEntry = TypeVar("AnyEntry", bound=NewEntry | Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text without its secrets and personal data; `found` names what was in it, such as `an e-mail address`."""

    text: str
    found: tuple[str, ...] = ()


Clean: TypeAlias = Callable[[str], Cleaned]
"""Takes secrets and personal data out of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a notebook stands on, the same for all of a session; `origin` says where one is just now."""

    memory: Memory
    reach: Reach
    scope: Scope
    clean: Clean
    origin: Callable[[], Origin]


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

    async def store(self, wanted: NewEntry, *, by: str = "") -> Stored:
        """Keep an entry as this scope's own, linked to those with like keywords. Raises `EntryRefused`."""
        self._look((wanted.content, wanted.summary, wanted.category, *wanted.tags, *wanted.keywords))
        entry = await self._memory.store(self._owned(wanted, by), self.reach)
        return Stored(entry=entry, linked=await self._link(entry))

    async def keep(self, wanted: Sequence[NewEntry], *, by: str = "") -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        """Keep all of these entries, or none, with what may not be stored taken out; what that was."""
        found = dict[str, None]()
        owned: list[NewEntry] = []
        for each in wanted:
            cleaned, without = cleaned_entry(each, self._ground.clean)
            found.update(dict.fromkeys(without))
            owned.append(self._owned(cleaned, by))
        return await self._memory.store_many(owned, self.reach), tuple(found)

    async def recall(self, query: Query, *, agents: tuple[str, ...] | None = None, touch: bool = True) -> Recall:
        """The best entries for a query; the query's own reach is not asked."""
        return await self._memory.recall(replace(query, reach=self._reach(agents)), touch=touch)

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
        """Make entries stronger that were of use; one that is gone meanwhile is passed over."""
        for entry_id in entry_ids:
            with suppress(EntryMissing):
                await self._memory.get(entry_id, self.reach, touch=True)

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
