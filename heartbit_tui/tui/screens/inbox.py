"""The inbox: what came of work that nobody watched, as a list, and each letter with all that stands behind it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from heartbit_tui.client.letters import Behind, Letter, Letters, cost, how, who
from heartbit_tui.client.visible import revealed
from heartbit_tui.store.inbox import LetterKind
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import clean, cut, fitted, one_line, wrapped
from heartbit_tui.tui.markdown import set as markdown
from heartbit_tui.tui.markdown.split import pieces_of
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row, Tone
from heartbit_tui.tui.screens.when import ago, day

EMPTY = "Nothing waits. What heartbeats, schedules and the pulse come to say is kept here."
EMPTY_OF_ALL = "Nothing came yet. What heartbeats, schedules and the pulse come to say is kept here."
FINISHED = "Done with; it stands under Tab."
BACK = "It waits again."

SHOWN: Final = 400
"""Lines of a diff that stand on a letter's page."""

SAID: Final = 200
"""Cells of who says it."""

MARKS = MappingProxyType[LetterKind, tuple[str, Tone]](
    {
        "reply": ("bullet", "accent"),
        "failure": ("failed", "error"),
        "interrupted": ("cut", "warning"),
        "question": ("asking", "warning"),
        "meditation": ("done", "accent"),
        "draft": ("todo", "accent"),
    }
)


class Listed:
    """What the list remembers while it is open: whether it shows those that were done with, too."""

    def __init__(self, letters: Letters, now: Callable[[], datetime]) -> None:
        self._letters = letters
        self._now = now
        self._all = False

    def listing(self, start: Letter | None = None) -> Listing[Letter]:
        """The list."""
        return Listing(
            title="Inbox",
            rows=self._load,
            verb="open",
            empty=EMPTY_OF_ALL if self._all else EMPTY,
            extras=(
                Press(action="delete-row", title="done", act=self._finish),
                Press(action="pin-row", title="new", act=self._mark),
                Press(action="other-rows", title="done with, too", act=lambda _: self._turn()),
            ),
            preview=lambda letter, look: preview(letter, self._now(), look),
            same=lambda letter: letter.id,
            status=lambda: "all" if self._all else "waiting",
            start=start,
        )

    async def _load(self, query: str) -> Sequence[Row[Letter]]:
        words, now = query.lower().split(), self._now()
        found = await self._letters.list("all" if self._all else "waiting")
        return [row(each, now) for each in found if _holds(each, words)]

    async def _finish(self, letter: Letter | None) -> str:
        if letter is None:
            return ""
        await self._letters.finish(letter.id, done=not letter.done)
        return BACK if letter.done else FINISHED

    async def _mark(self, letter: Letter | None) -> str:
        if letter is not None:
            await self._letters.mark(letter.id, read=not letter.read)
        return ""

    def _turn(self) -> str:
        self._all = not self._all
        return ""


def row(letter: Letter, now: datetime) -> Row[Letter]:
    """A letter: whether it is new, what kind it is, what it says first, who says it, what it changed and cost."""
    sign, tone = MARKS[letter.kind]
    number = len(letter.changed)
    changed = f"{number} file{'' if number == 1 else 's'} changed" if number else ""
    told = (f"{who(letter)} {how(letter)}", changed, "" if letter.read else "new", "done with" if letter.done else "")
    return Row(
        key=letter,
        title=_plain(letter.title) or "no words",
        mark=(SIGNS[sign], "muted" if letter.read else tone),
        meta=((cost(letter), "faint"), (ago(letter.at, now).rjust(11), "muted")),
        note=" · ".join(_plain(each) for each in told if each),
        group=day(letter.at, now),
    )


def preview(letter: Letter, now: datetime, look: Look) -> list[Line]:
    """What is told of a letter beside the list."""
    told = _facts(letter, now, look)
    return [*told, BLANK, *_words(letter.text or letter.title, look)]


def lines(letter: Letter, behind: Behind | None, now: datetime, look: Look) -> list[Line]:
    """A letter with all that stands behind it; None while that is being found out."""
    ink = look.ink
    told = [*_facts(letter, now, look), BLANK]
    if behind is None:
        return [*told, *_words(letter.text or letter.title, look)]
    if behind.note:
        told += [*wrapped([(_plain(behind.note), ink.warning)], look.width), BLANK]
    told += _words(letter.text or letter.title, look)
    if behind.skill:
        told += [BLANK, *_ruled(f"the draft, {behind.state}", look), *_shown(behind.skill, look)]
    told += _changed(letter, behind, look)
    return told


def _facts(letter: Letter, now: datetime, look: Look) -> list[Line]:
    """Who says it, when, and what it cost."""
    said = f"{who(letter)} {how(letter)}"
    found = wrapped([(cut(_plain(said), SAID), look.ink.strong)], look.width)
    at = letter.at.astimezone(now.tzinfo)
    parts = [f"{ago(letter.at, now)}, {at:%Y-%m-%d %H:%M}", cost(letter), f"letter {letter.id}"]
    return [*found, fitted([(" · ".join(filter(None, parts)), look.ink.muted)], look.width)]


def _changed(letter: Letter, behind: Behind, look: Look) -> list[Line]:
    """The files that the work changed, and their diffs."""
    ink, found = look.ink, list[Line]()
    if behind.diff or letter.changed:
        number = len(letter.changed)
        found += [BLANK, *_ruled(f"{number} file{'' if number == 1 else 's'} changed", look)]
    source = DiffSource(parse(behind.diff), reveal=True)
    key = source.first()
    while key is not None and len(found) <= SHOWN:
        found += source.lines(key, look)
        key = source.after(key)
    if key is not None:
        found.append(fitted([("… and more", ink.muted)], look.width))
    for path in behind.unshown:
        found += wrapped([(_plain(path), ink.path), ("  no diff of it is kept", ink.muted)], look.width)
    return found


def _ruled(words: str, look: Look) -> list[Line]:
    return [fitted([(_plain(words), look.ink.heading)], look.width), BLANK]


def _words(text: str, look: Look) -> list[Line]:
    """What a model wrote, as it is set in the chat."""
    return [line for piece in pieces_of(revealed(text)) for line in markdown.lines(piece, look, open=False)]


def _shown(text: str, look: Look) -> list[Line]:
    """A file's text as it is: somebody decides about it."""
    found = list[Line]()
    for each in revealed(text).splitlines():
        found += wrapped([(clean(each), look.ink.text)], look.width) if each.strip() else [BLANK]
    return found


def _plain(text: str) -> str:
    return one_line(revealed(text))


def _holds(letter: Letter, words: Sequence[str]) -> bool:
    text = f"{letter.title} {who(letter)} {how(letter)} {letter.text}".lower()
    return all(word in text for word in words)


def inbox(
    letters: Letters, now: Callable[[], datetime], live: Keymap, ink: Ink, start: Letter | None = None
) -> Picker[Letter]:
    """The list of letters; its result is the one to open."""
    return Picker(Listed(letters, now).listing(start), live, ink)


Change = Callable[[str], Awaitable[str | None]]
"""Lets the person edit a text; None where that failed, which was told."""
