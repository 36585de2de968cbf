"""The memory as a person works with it: on the screen, in the line mode, and by commands."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import scoring, telling
from heartbit_tui.memory.embed.following import Followed, Follower, Progress
from heartbit_tui.memory.errors import EntryError, EntryMissing
from heartbit_tui.memory.notebook import Ground, Notebook
from heartbit_tui.memory.topics import keywords
from heartbit_tui.memory.types import (
    Change,
    Confidentiality,
    Entry,
    EntryType,
    NewEntry,
    Query,
    Reach,
    Recall,
    Recalled,
    Stats,
)
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.memory_store import ground_of
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.remembering import Remembering

NOTE_IMPORTANCE = 8
"""How important a person's own note is."""

PAGE = 1_000
"""Entries that are read at once where all are wanted."""

SHORT = 8
"""Characters of an id that a person gets to see; the beginning of one is enough wherever an id is asked for."""

AMBIGUOUS = "Several memories have an id that begins with {text!r}; give more of it."
NOT_FOUND_BY = "{question!r} does not find {id}: it shares no word with it, and no meaning that embeddings would show."
EMPTY_NOTE = "There is nothing to note: write the words behind the #."


def nobody(event: Event) -> None:
    """Nobody has to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries: words that they have, a category, a type, tags, pinned or not."""

    text: str = ""
    category: str = ""
    type: EntryType | None = None
    tags: tuple[str, ...] = ()
    pinned: bool | None = None
    limit: int = 50

    def query(self) -> Query:
        """The same, as the memory is asked."""
        return Query(
            text=self.text,
            category=self.category,
            type=self.type,
            tags=self.tags,
            pinned=self.pinned,
            limit=min(max(self.limit, 1), PAGE),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Why an entry is as it is: what it is worth now, with each part of it, and how it is linked."""

    found: Recalled
    links: tuple[Entry, ...]
    query: str = ""


class Memory(Protocol):
    """What a person at a session does with its memory, wherever that is. Raises what `Memories` raises."""

    def narrowed(self, narrow: Callable[[Reach], Reach]) -> "Memory":
        """The same with less of it in reach."""
        ...

    def strength(self, entry: Entry) -> float:
        """How strong an entry is now, 0..1."""
        ...

    def now(self) -> datetime:
        """The time that ages are told by."""
        ...

    async def list(self, wanted: Wanted, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first."""
        ...

    async def search(self, wanted: Wanted) -> Recall:
        """The best entries for a question."""
        ...

    async def find(self, text: str) -> Entry:
        """The entry that an id, or the beginning of one, means."""
        ...

    async def note(self, words: str) -> Entry:
        """Keep a person's own words."""
        ...

    async def pin(self, text: str, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging, or no longer."""
        ...

    async def edit(self, text: str, change: Change) -> Entry:
        """Put something else in an entry."""
        ...

    async def forget(self, text: str) -> Entry:
        """Remove an entry for good; what it was."""
        ...


class Memories:
    """All that a person may do with the memory. `tell` gets an event for each change.

    Nothing that a person looks at becomes stronger by it. All raise `StoreError`; what names an entry raises
    `EntryMissing`, and `EntryError` where the beginning of an id means several.
    """

    def __init__(
        self,
        ground: Ground,
        clock: Clock,
        tell: Callable[[Event], None] = nobody,
        *,
        follower: Follower | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._ground = ground
        self._notebook = Notebook(ground)
        self._clock = clock
        self._tell = tell
        self._follower = follower
        self.warnings = warnings

    @property
    def ground(self) -> Ground:
        """What it stands on."""
        return self._ground

    def narrowed(self, narrow: Callable[[Reach], Reach]) -> "Memories":
        """The same with less of it in reach."""
        return Memories(replace(self._ground, reach=narrow(self._ground.reach)), self._clock, self._tell)

    def strength(self, entry: Entry) -> float:
        """How strong an entry is now, 0..1, decay counted."""
        return scoring.strength_at(entry.strength, entry.last_accessed, self._clock.now())

    def now(self) -> datetime:
        """The time that ages are told by."""
        return self._clock.now()

    async def list(self, wanted: Wanted, *, after: str = "") -> tuple[Entry, ...]:
        """Entries by time, newest first."""
        return await self._notebook.list(wanted.query(), after=after)

    async def search(self, wanted: Wanted) -> Recall:
        """The best entries for a question, as an agent would get them; at most 100."""
        return await self._notebook.recall(replace(wanted.query(), limit=min(wanted.limit, 100)), touch=False)

    async def find(self, text: str) -> Entry:
        """The entry that an id, or the beginning of one, means."""
        wanted = text.strip().strip("[]")
        if not wanted:
            raise EntryMissing(text)
        try:
            return await self._notebook.get(wanted)
        except EntryMissing:
            return await self._beginning(wanted)

    async def note(self, words: str) -> Entry:
        """Keep a person's own words: pinned, for every agent, in this project. Raises `EntryRefused`."""
        text = words.strip()
        if not text:
            raise EntryError(EMPTY_NOTE)
        wanted = NewEntry(
            content=text,
            category="preference",
            keywords=keywords(text),
            importance=NOTE_IMPORTANCE,
            type=EntryType.SEMANTIC,
            pinned=True,
        )
        stored = await self._notebook.store(wanted, by="person")
        self._tell(telling.change("stored", [stored.entry], reason="your note"))
        return stored.entry

    async def pin(self, text: str, *, pinned: bool = True) -> Entry:
        """Hold an entry against pruning and merging, or no longer."""
        entry = await self._notebook.pin((await self.find(text)).id, pinned=pinned)
        self._tell(telling.change("pinned" if pinned else "unpinned", [entry]))
        return entry

    async def edit(self, text: str, change: Change) -> Entry:
        """Put something else in an entry. Raises `EntryRefused`."""
        entry = await self._notebook.update((await self.find(text)).id, change)
        self._tell(telling.change("updated", [entry], reason="by you"))
        return entry

    async def forget(self, text: str) -> Entry:
        """Remove an entry for good; what it was."""
        entry = await self.find(text)
        await self._notebook.forget(entry.id)
        self._tell(telling.change("forgotten", [entry]))
        return entry

    async def stats(self) -> Stats:
        """What there is, in figures."""
        return await self._ground.memory.stats(self._ground.reach)

    async def why(self, text: str, question: str = "") -> Account:
        """What an entry is worth, now or for a question; its links."""
        entry = await self.find(text)
        links = [each for each in [await self._linked(link) for link in entry.related_ids] if each is not None]
        return Account(found=await self._weighed(entry, question), links=tuple(links), query=question)

    async def pages(self, wanted: Wanted) -> AsyncGenerator[tuple[Entry, ...]]:
        """All entries, a page at a time, newest first."""
        after = ""
        while page := await self._notebook.list(replace(wanted.query(), limit=PAGE), after=after):
            yield page
            after = page[-1].id

    async def embed(self, tell: Progress) -> Followed | None:
        """Give vectors to all that has none yet; None where nothing makes them. Raises `EmbeddingError`."""
        return await self._follower.once(tell) if self._follower is not None else None

    async def _beginning(self, text: str) -> Entry:
        found: list[Entry] = []
        async for page in self.pages(Wanted()):
            found += (entry for entry in page if entry.id.startswith(text))
            if len(found) > 1:
                raise EntryError(AMBIGUOUS.format(text=text))
        if not found:
            raise EntryMissing(text)
        return found[0]

    async def _linked(self, entry_id: str) -> Entry | None:
        try:
            return await self._notebook.get(entry_id)
        except EntryMissing:
            return None

    async def _weighed(self, entry: Entry, question: str) -> Recalled:
        """The entry with the parts of its score: by the question where that finds it, else as it stands now."""
        recall = await self._notebook.recall(Query(text=question or entry.content[:400], limit=100), touch=False)
        found = next((each for each in recall.found if each.entry.id == entry.id), None)
        if found is None:
            raise EntryError(NOT_FOUND_BY.format(id=entry.id, question=question))
        return found


@asynccontextmanager
async def opened(options: Options, reach: Callable[[Reach], Reach] = lambda reach: reach) -> AsyncGenerator[Memories]:
    """The memory without a session, for a command; `reach` may narrow what is got at.

    Raises `ConfigError`, `StoreError`.
    """
    clock = SystemClock()
    async with ground_of(options, clock) as own:
        ground = replace(own.ground, reach=reach(own.ground.reach))
        yield Memories(ground, clock, follower=own.follower, warnings=own.warnings)


def of_session(remembering: Remembering) -> Memories:
    """The memory of an open session; what is changed is told in its log."""
    return Memories(remembering.person, remembering.clock, remembering.tell)


def unlocked(entry: Entry) -> bool:
    """Whether an entry may be shown without asking: what is restricted is shown only where it is asked for by itself."""
    return entry.confidentiality is not Confidentiality.RESTRICTED
