"""What is done by itself: when each heartbeat, each schedule and the pulse is next, how it went, what is wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime

from heartbit_tui.client.beats import NEVER_RESTS, NOTHING, Beats, Coming, Due, when
from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.setting import fitted, one_line, wrapped
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Listing, Press, Row, Tone
from heartbit_tui.tui.screens.deeds import Deed, Shown
from heartbit_tui.tui.screens.sessions import short

BEGUN = "It is done now, as `heartbit {kind} run` does it; what comes of it is told here, and in the inbox."
NEEDS_DAEMON = "if a daemon ran now: `heartbit daemon` starts one"


class Listed:
    """What the list remembers while it is open: what it was told last, and whose home paths begin in."""

    def __init__(self, beats: Beats, now: Callable[[], datetime], home: str) -> None:
        self._beats = beats
        self._now = now
        self._home = home
        self._coming = Coming()

    def listing(self, start: Due | None = None) -> Listing[Due]:
        """The list."""
        return Listing(
            title="Next beats",
            rows=self._load,
            verb="why",
            empty=NOTHING,
            extras=(Press(action="pin-row", title="pause, go on", act=self._rest),),
            preview=lambda due, look: lines(due, self._coming, self._now(), look),
            same=lambda due: (due.kind, due.name),
            status=self._status,
            start=start,
        )

    @property
    def coming(self) -> Coming:
        """What was told last."""
        return self._coming

    async def _load(self, query: str) -> Sequence[Row[Due]]:
        self._coming = await self._beats.coming()
        words = query.lower().split()
        found = [row(each, self._coming, self._now(), self._home) for each in self._coming.due]
        return [each for each in found if all(word in f"{each.title} {each.note}".lower() for word in words)]

    async def _rest(self, due: Due | None) -> str:
        if due is None:
            return ""
        return await self._beats.rest(due, rests=not due.rests) if due.can_rest else NEVER_RESTS

    def _status(self) -> str:
        return "" if not self._coming.due else "daemon runs" if self._coming.lives else "no daemon runs"


class Opened:
    """One of them while it is open; `begin` does it in the background."""

    def __init__(self, beats: Beats, due: Due, now: Callable[[], datetime], begin: Callable[[Due], None]) -> None:
        self._beats = beats
        self._now = now
        self._begin = begin
        self._coming = Coming(lives=True)
        self.due = due

    def shown(self) -> Shown:
        """What its page shows."""
        return Shown(title="Next beats", lines=self._lines, deeds=self._deeds, load=self._load)

    def _lines(self, look: Look) -> Sequence[Line]:
        return lines(self.due, self._coming, self._now(), look)

    async def _load(self) -> None:
        self._coming = await self._beats.coming()
        same = (self.due.kind, self.due.name)
        self.due = next((each for each in self._coming.due if (each.kind, each.name) == same), self.due)

    def _deeds(self) -> Sequence[Deed]:
        found = list[Deed]()
        if self.due.can_run:
            found.append(Deed(action="run-now", title="now", act=self._run))
        if self.due.can_rest:
            found.append(Deed(action="pause", title="go on" if self.due.rests else "pause", act=self._rest))
        return found

    def _run(self) -> str:
        self._begin(self.due)
        return BEGUN.format(kind=self.due.kind)

    async def _rest(self) -> str:
        return await self._beats.rest(self.due, rests=not self.due.rests)


def beats(
    found: Beats, now: Callable[[], datetime], live: Keymap, ink: Ink, home: str, start: Due | None = None
) -> Picker[Due]:
    """The list; its result is the one of which all is to be told."""
    return Picker(Listed(found, now, home).listing(start), live, ink)


def row(due: Due, coming: Coming, now: datetime, home: str) -> Row[Due]:
    """One of them: how it stands, when it is next, what is wrong with it."""
    told = when(due, now)
    tone: Tone = "text" if coming.lives and not due.rests and not due.fault else "faint"
    kind = "" if due.kind == due.name else due.kind
    parts = (kind, due.stands, due.last, due.fault, *("" if coming.lives else "no daemon runs",))
    return Row(
        key=due,
        title=_plain(short(due.name, home)),
        mark=_mark(due),
        meta=((told.rjust(10), tone),),
        note=" · ".join(_plain(part) for part in parts if part),
    )


def lines(due: Due, coming: Coming, now: datetime, look: Look) -> list[Line]:
    """All that is known of one."""
    ink = look.ink
    told = wrapped([(_plain(due.name), ink.strong)], look.width)
    told += [fitted([(f"{due.kind}, {when(due, now)}", ink.muted)], look.width)]
    if not coming.lives and due.next is not None and not due.rests:
        told += wrapped([(NEEDS_DAEMON, ink.warning)], look.width)
    told.append(BLANK)
    if due.fault:
        told += [*wrapped([(_plain(due.fault), ink.error)], look.width), BLANK]
    for name, fact in due.why:
        if fact and fact != due.fault:
            told += wrapped([(_plain(fact), ink.text)], look.width, first=[(f"{_plain(name):<11}", ink.muted)])
    for note in coming.notes:
        told += [BLANK, *wrapped([(_plain(note), ink.warning)], look.width)]
    return told


def _mark(due: Due) -> tuple[str, Tone]:
    if due.at_work:
        return SIGNS["running"], "running"
    if due.fault:
        return SIGNS["failed"], "error"
    if due.rests:
        return SIGNS["refused"], "muted"
    failed = "fail" in due.stands or "fail" in due.last
    return (SIGNS["asking"], "warning") if failed else (SIGNS["bullet"], "accent")


def _plain(text: str) -> str:
    return one_line(revealed(text))
