"""The commands in the background: a list, and what one of them writes while it writes it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.timer import Timer

from heartbit_tui.client import jobs as background
from heartbit_tui.client.jobs import Job
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.picker.types import Confirm, Listing, Row, Tone
from heartbit_tui.tui.screens.page import Page

EVERY = 0.25
"""Seconds between two looks at what a running command writes, while somebody reads it."""

ASKED = 60
"""Letters of a command in a question."""

Know = Callable[[], tuple[Job, ...]]
"""The commands as they are now, oldest first."""

Read = Callable[[Job], str]
"""The end of what a command wrote."""


def jobs(know: Know, read: Read, stop: Callable[[Job], None], live: Keymap, ink: Ink) -> Picker[str]:
    """The commands, the newest first; the id of the one that is to be read comes of choosing."""

    def find(id: str) -> Job:
        return next(job for job in know() if job.id == id)

    async def rows(query: str) -> Sequence[Row[str]]:
        words = query.lower().split()
        found = [row(job) for job in reversed(know())]
        return [each for each in found if all(word in f"{each.key} {each.title}".lower() for word in words)]

    def stopped(id: str) -> str:
        job = find(id)
        if job.end is not None:
            return f"{id} has ended already."
        stop(job)
        return f"{id} is being stopped."

    def asks(id: str) -> str:
        return f"Stop {id}, {setting.cut(setting.one_line(find(id).command), ASKED)}?"

    listing = Listing(
        title="In the background",
        rows=rows,
        verb="read what it writes",
        empty="No command ran in the background of this session. Ctrl+B lets the running one go there.",
        extras=(Confirm(action="delete-row", title="stop", asks=asks, act=stopped),),
        preview=lambda key, look: lines(find(key), read(find(key)), look),
    )
    return Picker(listing, live, ink)


def row(job: Job) -> Row[str]:
    """A command: whether it runs, which it is, since when or how it ended."""
    good = job.end is not None and job.end.exit_code == 0
    running: tuple[str, Tone] = (SIGNS["running"], "running")
    ended: tuple[str, Tone] = (SIGNS["ok"], "ok") if good else (SIGNS["cut"], "muted")
    failed = job.end is not None and bool(job.end.exit_code)
    return Row(
        key=job.id,
        title=setting.one_line(job.command),
        lead=(f"{job.id}  ", "muted"),
        mark=running if job.end is None else (SIGNS["failed"], "error") if failed else ended,
        note=background.outcome(job.end) if job.end else f"runs since {clock(job.since)}",
    )


def lines(job: Job, output: str, look: Look) -> list[Line]:
    """The whole command, how it stands, and the end of what it wrote."""
    ink = look.ink
    told = setting.wrapped([(setting.clean(job.command), ink.code)], look.width, first=[("$ ", ink.accent)])
    state = background.outcome(job.end) if job.end else f"runs since {clock(job.since)}"
    for name, fact in (("", state), ("in", job.cwd), ("all of it", job.log)):
        if fact:
            first = [(f"{name:<11}", ink.muted)] if name else []
            told += setting.wrapped([(setting.clean(fact), ink.muted)], look.width, first=first)
    told.append(BLANK)
    text = output.rstrip("\n") or "(nothing yet)"
    for each in text.split("\n"):
        told += setting.wrapped([(setting.clean(each), ink.text)], look.width)
    return told


def clock(at: datetime) -> str:
    """The time of day here."""
    local = at.astimezone()
    return f"{local.hour:02}:{local.minute:02}:{local.second:02}"


class Tail(Page):
    """What one command writes, at its end, as it writes it; looks again only while the command runs."""

    def __init__(self, find: Callable[[], Job], read: Read, ink: Ink) -> None:
        self._find = find
        self._read = read
        self._shown: tuple[Job, str] | None = None
        self._timer: Timer | None = None
        super().__init__(f"In the background: {find().id}", self._made, ink)

    def on_mount(self) -> None:
        """Begin to look."""
        if self._find().end is None:
            self._timer = self.set_interval(EVERY, self._look)
        self.call_after_refresh(self._end)

    def _made(self, look: Look) -> Sequence[Line]:
        job = self._find()
        return lines(job, self._read(job), look)

    def _look(self) -> None:
        job = self._find()
        now = (job, self._read(job))
        if now != self._shown:
            self._shown = now
            pane = self.query_one(Pane)
            follows = pane.view.at_end
            self._lines.show(self._made)
            pane.changed()
            self.fit()
            if follows:
                pane.to_end()
        if job.end is not None and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _end(self) -> None:
        self.query_one(Pane).to_end()
