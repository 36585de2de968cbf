"""The memory of a session of a daemon, as a guest works with it."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from heartbit_tui.client.guests.bodies import Edited, Noted, OfEntry, Pinned
from heartbit_tui.client.guests.parts import Do
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.memories import EMPTY_NOTE, Wanted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory import scoring
from heartbit_tui.memory.errors import EntryError, EntryMissing
from heartbit_tui.memory.types import Change, Entry, Reach, Recall

LONGEST = 400
"""Letters of a question: it stands in an address."""


class AwayMemory:
    """A `Memory` over HTTP; `project` leaves out what belongs to other projects."""

    def __init__(self, visit: Visit, do: Do, clock: Clock, project: str = "") -> None:
        self._visit = visit
        self._do = do
        self._clock = clock
        self._project = project

    def narrowed(self, narrow: Callable[[Reach], Reach]) -> "AwayMemory":
        """The same for the first project that is left in reach: the daemon decides what that is."""
        projects = narrow(Reach()).projects
        return AwayMemory(self._visit, self._do, self._clock, projects[0] if projects else "")

    def strength(self, entry: Entry) -> float:
        return scoring.strength_at(entry.strength, entry.last_accessed, self._clock.now())

    def now(self) -> datetime:
        return self._clock.now()

    async def list(self, wanted: Wanted, *, after: str = "") -> tuple[Entry, ...]:
        return cast("tuple[Entry, ...]", await self._visit.look("memory", **self._query(wanted)))

    async def search(self, wanted: Wanted) -> Recall:
        return cast("Recall", await self._visit.look("recall", **self._query(wanted)))

    async def find(self, text: str) -> Entry:
        if not text.strip():
            raise EntryMissing(text)
        return cast("Entry", await self._visit.look("entry", id=text))

    async def note(self, words: str) -> Entry:
        if not words.strip():
            raise EntryError(EMPTY_NOTE)
        return cast("Entry", await self._do("note", Noted(words=words)))

    async def pin(self, text: str, *, pinned: bool = True) -> Entry:
        return cast("Entry", await self._do("pin", Pinned(id=text, pinned=pinned)))

    async def edit(self, text: str, change: Change) -> Entry:
        return cast("Entry", await self._do("edit", Edited(id=text, content=change.content or "")))

    async def forget(self, text: str) -> Entry:
        return cast("Entry", await self._do("forget", OfEntry(id=text)))

    def _query(self, wanted: Wanted) -> dict[str, str]:
        query = {"text": wanted.text[:LONGEST], "limit": str(wanted.limit)}
        return query if not self._project else {**query, "project": self._project}
