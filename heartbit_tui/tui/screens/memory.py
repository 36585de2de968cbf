"""What is remembered: listed by time, searched by words and meaning, pinned, edited, forgotten."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from heartbit_tui.client.memories import unlocked
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.types import Entry
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import clean, cut, fitted, one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Listing, Name, Press, Row
from heartbit_tui.tui.screens.when import ago, day
from heartbit_tui.tui.status.figures import meter

BAR = 10
"""Cells of a bar beside the list; in a row there are half as many."""

ASKED = 40
"""Cells of an entry in a question."""

LOCKED = "restricted: Enter shows it"
"""What stands in the list for the words of a restricted entry."""

NOTHING = "Nothing is remembered here yet. # in the draft notes something; the agent stores what matters."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry with its strength now (0..1), and why a search found it."""

    entry: Entry
    strength: float
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the list works with; each may raise `HeartbitError` or `OSError`, which is told below the list.

    `search` gets what was typed, and whether to look in all projects.
    """

    search: Callable[[str, bool], Awaitable[Sequence[Known]]]
    pin: Callable[[str, bool], Awaitable[None]]
    edit: Callable[[str, str], Awaitable[None]]
    forget: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]


class Remembered:
    """What the list remembers while it is open: whose projects it shows."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._everywhere = False

    def listing(self, query: str = "") -> Listing[Known]:
        """The list."""
        return Listing(
            title="Memory",
            rows=self._load,
            verb="show",
            empty=NOTHING,
            extras=(
                Press(action="other-rows", title="other projects", act=lambda _: self._turn()),
                Press(action="pin-row", title="pin", act=self._pin),
                Name(action="rename-row", title="edit", asks="take the new words", words=_words, act=self._edit),
                Confirm(action="delete-row", title="forget", asks=_asks, act=self._forget),
            ),
            preview=lambda known, look: preview(known, self._means.now(), look),
            same=lambda known: known.entry.id,
            status=lambda: "all projects" if self._everywhere else "this project",
            query=query,
        )

    async def _load(self, query: str) -> Sequence[Row[Known]]:
        now = self._means.now()
        return [row(known, now) for known in await self._means.search(query.strip(), self._everywhere)]

    def _turn(self) -> str:
        self._everywhere = not self._everywhere
        return ""

    async def _pin(self, known: Known | None) -> str:
        if known is None:
            return ""
        await self._means.pin(known.entry.id, not known.entry.pinned)
        return "No longer pinned." if known.entry.pinned else "Pinned: it neither fades away nor is it merged."

    async def _edit(self, known: Known, words: str) -> str:
        if words == _words(known):  # the one line in which they are edited has lost the ends of lines
            return ""
        await self._means.edit(known.entry.id, words)
        return "Changed."

    async def _forget(self, known: Known) -> str:
        await self._means.forget(known.entry.id)
        return "Forgotten."


def memory(means: Means, live: Keymap, ink: Ink, query: str = "") -> Picker[Known]:
    """The list of what is remembered; its result is the entry to show whole."""
    return Picker(Remembered(means).listing(query), live, ink)


def row(known: Known, now: datetime) -> Row[Known]:
    """An entry: how strong it is, what it says, how old it is, and why it was found."""
    entry = known.entry
    full = round(known.strength * BAR / 2)
    bar = f"{SIGNS['full'] * full}{SIGNS['empty'] * (BAR // 2 - full)} "
    told = (known.why, entry.category, _type(entry), entry.scope.agent or "everybody's", ", ".join(entry.tags))
    return Row(
        key=known,
        title=_shown(entry),
        lead=(bar, "accent"),
        meta=((ago(entry.created_at, now).rjust(12), "muted"),),
        note=" · ".join(one_line(part) for part in told if part),
        group="" if known.why else day(entry.created_at, now),
        mark=(SIGNS["pinned"], "accent") if entry.pinned else ("", "text"),
    )


def preview(known: Known, now: datetime, look: Look) -> list[Line]:
    """What is told of an entry beside the list."""
    return [*wrapped([(_shown(known.entry), look.ink.text)], look.width), BLANK, *_about(known, now, look)]


def whole(known: Known, now: datetime, look: Look) -> list[Line]:
    """An entry with all its words, restricted or not: who opens it wants to see it."""
    told: list[Line] = [BLANK]
    for line in known.entry.content.splitlines():
        told += wrapped([(clean(line), look.ink.text)], look.width) if line.strip() else [BLANK]
    return [*told, BLANK, *_about(known, now, look)]


def _about(known: Known, now: datetime, look: Look) -> list[Line]:
    """What is known of an entry, under its words."""
    entry, ink = known.entry, look.ink
    bar = meter(known.strength, BAR, ink.accent, ink.faint)
    told = [fitted([("strength  ", ink.muted), *bar, (f" {known.strength:.2f}", ink.muted)], look.width)]
    for name, fact in facts(entry, now):
        told += wrapped([(clean(fact), ink.text)], look.width, first=[(f"{name:<10}", ink.muted)])
    if known.why:
        told += wrapped([(clean(known.why), ink.accent)], look.width, first=[(f"{'found by':<10}", ink.muted)])
    return told


def facts(entry: Entry, now: datetime) -> list[tuple[str, str]]:
    """What is known of an entry beside its words."""
    session = f" in {entry.origin.session}" if entry.origin.session else ""
    place = f"{session}, message {entry.origin.seq}" if session and entry.origin.seq else session
    listed = [
        ("id", entry.id),
        ("what", f"{entry.category}, {entry.type.value}, {entry.confidentiality.word}"),
        ("important", f"{entry.importance} of 10"),
        ("stored", f"{ago(entry.created_at, now)} by {entry.origin.by}{place}"),
        ("recalled", f"{entry.access_count} times, last {ago(entry.last_accessed, now)}"),
        ("agent", entry.scope.agent or "everybody's"),
        ("project", entry.scope.project),
        ("tags", ", ".join(entry.tags)),
        ("keywords", ", ".join(entry.keywords)),
        ("links", str(len(entry.related_ids)) if entry.related_ids else ""),
        ("merged", ", ".join(entry.source_ids)),
    ]
    return [(name, fact) for name, fact in listed if fact]


def _shown(entry: Entry) -> str:
    return one_line(entry.content) if unlocked(entry) else LOCKED


def _type(entry: Entry) -> str:
    return entry.type.value if entry.type.value != "episodic" else ""


def _words(known: Known) -> str:
    return one_line(known.entry.content) if unlocked(known.entry) else ""


def _asks(known: Known) -> str:
    return f"Forget “{cut(_shown(known.entry), ASKED)}” for good?"
