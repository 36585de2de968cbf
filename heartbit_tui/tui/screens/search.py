"""A search through this conversation and all that were ever kept, as one types."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row

BEFORE, AFTER = 40, 200
"""Letters around what was found that are shown."""

SCOPES = ("all sessions", "this folder", "this conversation")
"""Where is looked, one after the other as the key for it is pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A line that was found; `who` says whose words it is of, `word` is what was found as it stands there.

    In this conversation `key` is its piece in the transcript. In another one `session` is its id and `seq` the event,
    `call` the id of the call that it is about, and `place` says in words where that is.
    """

    key: Key = (0, 0)
    text: str
    who: str = ""
    when: str = ""
    word: str = ""
    session: str = ""
    seq: int = 0
    call: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Hits in other sessions; `waiting` counts events that the index does not have yet."""

    hits: Sequence[Hit] = ()
    waiting: int = 0


Find: TypeAlias = Callable[[str], Awaitable[Sequence[Hit]]]
FindElsewhere: TypeAlias = Callable[[str, bool], Awaitable[Others]]
"""Gets the words, and whether to look in all folders."""


class Search:
    """What the list of hits remembers while it is open: where is looked."""

    def __init__(self, here: Find, elsewhere: FindElsewhere | None = None) -> None:
        self._here = here
        self._elsewhere = elsewhere
        self._scope = 0 if elsewhere else len(SCOPES) - 1
        self._waiting = 0
        self._fault = False

    def listing(self, query: str = "") -> Listing[Hit]:
        """The list."""
        turn: Press[Hit] = Press(action="other-rows", title="look elsewhere", act=lambda _: self._turn())
        return Listing(
            title="Search",
            rows=self._load,
            verb="go there",
            empty="Type what to look for.",
            query=query,
            extras=(turn,) if self._elsewhere else (),
            status=self._status if self._elsewhere else None,
        )

    async def _load(self, words: str) -> Sequence[Row[Hit]]:
        wanted = words.strip()
        if not wanted:
            return ()
        self._waiting, self._fault = 0, False
        hits = list(await self._here(wanted))
        if self._elsewhere is None:
            return [row(replace(hit, place=""), wanted) for hit in hits]
        if SCOPES[self._scope] != "this conversation":
            others = await self._others(self._elsewhere, wanted)
            self._waiting = others.waiting
            hits += others.hits
        return [row(hit, wanted) for hit in hits]

    async def _others(self, find: FindElsewhere, words: str) -> Others:
        """The hits elsewhere; where the file of sessions cannot be read, those of this conversation are shown all the same."""
        try:
            return await find(words, SCOPES[self._scope] == "all sessions")
        except (HeartbitError, OSError):
            self._fault = True
            return Others()

    def _turn(self) -> str:
        self._scope = (self._scope + 1) % len(SCOPES)
        return ""

    def _status(self) -> str:
        if self._fault:
            return "other sessions cannot be read; see /doctor"
        waiting = f", {self._waiting:,} events to come" if self._waiting else ""
        return f"{SCOPES[self._scope]}{waiting}"


def search(
    find: Find, live: Keymap, ink: Ink, query: str = "", *, elsewhere: FindElsewhere | None = None
) -> Picker[Hit]:
    """The hits of what is typed, those of this conversation first; the result is the one to go to."""
    return Picker(Search(find, elsewhere).listing(query), live, ink)


def row(hit: Hit, words: str) -> Row[Hit]:
    """A hit in one line, what was found not far from its beginning, with where it is in a second line."""
    at = hit.text.lower().find((hit.word or words).lower())
    start = at - BEFORE if at > BEFORE + 20 else 0
    shown = hit.text[start : max(at, 0) + AFTER].strip()
    title = f"…{shown}" if start else shown
    return Row(key=hit, title=title, meta=((hit.when, "faint"), (hit.who.rjust(8), "muted")), note=hit.place)
