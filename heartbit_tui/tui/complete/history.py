"""A search through what was typed before: in this session, in this project, everywhere."""

import re
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.client import fuzzy
from heartbit_tui.client.fuzzy import lowered
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.complete.menu import Menu

Scope: TypeAlias = Literal["session", "project", "all"]

NEXT: Mapping[Scope, Scope] = MappingProxyType({"project": "all", "all": "session", "session": "project"})
"""The scope that follows when the person asks for another."""

_PLACES: Mapping[Scope, str] = MappingProxyType(
    {"session": "this session", "project": "this project", "all": "everywhere"}
)

MOST = 50
LOOKED_AT = 300
"""Characters of a prompt that are searched and shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A prompt that was typed; `meta` says when or where."""

    text: str
    meta: str = ""


class Past(Protocol):
    """What was typed."""

    def entries(self, scope: Scope) -> Awaitable[Sequence[Entry]]:
        """The prompts of a scope, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers, and which of its letters do."""

    entry: Entry
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a search stands; `draft` is what was being written when it began, and comes back when it is given up."""

    draft: str
    scope: Scope = "project"
    query: str = ""
    entries: tuple[Entry, ...] = ()
    hits: tuple[Hit, ...] = ()
    at: int = 0

    def asking(self, query: str) -> "Search":
        """The same for other letters."""
        return replace(self, query=query, hits=found(self.entries, query), at=0)

    def among(self, scope: Scope, entries: Sequence[Entry]) -> "Search":
        """The same among other entries."""
        return replace(self, scope=scope, entries=tuple(entries), hits=found(entries, self.query), at=0)

    def moved(self, by: int) -> "Search":
        """Another hit; the ends hold."""
        return replace(self, at=min(max(self.at + by, 0), max(len(self.hits) - 1, 0)))

    @property
    def accepted(self) -> str:
        """What the draft becomes: the chosen entry, or itself where nothing was found."""
        return self.hits[self.at].entry.text if self.hits else self.draft


def found(entries: Sequence[Entry], query: str) -> tuple[Hit, ...]:
    """The entries that answer: those that hold the letters in a row, then the others, each newest first and once."""
    wanted = fuzzy.wanted(query)
    once: dict[str, Entry] = {}
    for entry in entries:
        once.setdefault(entry.text, entry)
    newest = list(once.values())
    if not wanted:
        return tuple(Hit(entry) for entry in newest[:MOST])
    seen = [(entry, lowered(entry.text[:LOOKED_AT])) for entry in newest]
    hits = [Hit(entry, tuple(range(at, at + len(wanted)))) for entry, text in seen if (at := text.find(wanted)) >= 0]
    if len(hits) < MOST:
        hits += _scattered(seen, wanted, MOST - len(hits))
    return tuple(hits[:MOST])


def _scattered(seen: Sequence[tuple[Entry, str]], wanted: str, limit: int) -> Iterator[Hit]:
    pattern = re.compile("".join(f"[^{each}]*+{each}" for each in map(re.escape, wanted)), re.DOTALL)
    candidates = [entry for entry, text in seen if wanted not in text and pattern.match(text)]
    for entry in candidates[:limit]:
        if (answer := fuzzy.match(entry.text[:LOOKED_AT], wanted)) is not None:
            yield Hit(entry, answer.positions)


def heading(search: Search) -> str:
    """What stands over the hits."""
    none = "" if search.hits else "  nothing found" if search.query else "  nothing typed yet"
    return f"history of {_PLACES[search.scope]} (Ctrl+S: {_PLACES[NEXT[search.scope]]}): {search.query}{none}"


def items(search: Search) -> tuple[Item, ...]:
    """The hits as rows of a menu, each on one line."""
    return tuple(
        Item(
            insert=hit.entry.text,
            label=hit.entry.text[:LOOKED_AT],
            meta=hit.entry.meta,
            positions=hit.positions,
            replaces=(0, len(search.draft)),
        )
        for hit in search.hits
    )


class HistorySearch:
    """A search on the screen: a menu that shows it, and the past that it goes through."""

    def __init__(self, menu: Menu, past: Past) -> None:
        self._menu = menu
        self._past = past
        self._search: Search | None = None
        self._asked = 0

    @property
    def is_open(self) -> bool:
        """Whether a search goes on."""
        return self._search is not None

    @property
    def query(self) -> str:
        """What is searched for."""
        return self._search.query if self._search else ""

    async def open(self, draft: str) -> None:
        """Begin with this project's prompts."""
        self.begin(draft)
        await self.read()

    def begin(self, draft: str) -> None:
        """Begin with nothing, so that what is typed from now on is searched for."""
        self._show(Search(draft=draft))

    async def read(self) -> None:
        """Search among this project's prompts."""
        await self._read("project")

    async def widen(self) -> None:
        """Go to the next scope."""
        if self._search is not None:
            await self._read(NEXT[self._search.scope])

    def ask(self, query: str) -> None:
        """Search for other letters."""
        if self._search is not None:
            self._show(self._search.asking(query))

    def move(self, by: int) -> None:
        """Choose another hit."""
        if self._search is not None:
            self._search = self._search.moved(by)
            self._menu.show(items(self._search), heading=heading(self._search), at=self._search.at)

    def accept(self) -> str:
        """End the search; what the draft becomes."""
        return self._end(self._search.accepted if self._search else "")

    def cancel(self) -> str:
        """End the search; the draft as it was."""
        return self._end(self._search.draft if self._search else "")

    async def _read(self, scope: Scope) -> None:
        """Fetch a scope's prompts; an answer that came too late counts for nothing."""
        self._asked += 1
        asked = self._asked
        entries = await self._past.entries(scope)
        if self._search is not None and asked == self._asked:
            self._show(self._search.among(scope, entries))

    def _show(self, search: Search) -> None:
        self._search = search
        self._menu.show(items(search), heading=heading(search))

    def _end(self, draft: str) -> str:
        self._asked += 1
        self._search = None
        self._menu.hide()
        return draft
