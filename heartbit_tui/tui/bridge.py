"""Between sessions and widgets: the one place that knows both what envelopes told and what is on the screen."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.style import Style

from heartbit_tui import __version__
from heartbit_tui.client import metered, titles
from heartbit_tui.client.crew import NAME, WORDS
from heartbit_tui.client.jobs import outcome, running
from heartbit_tui.client.serving import counted
from heartbit_tui.client.types import Meters
from heartbit_tui.client.visible import one_line
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import AuthenticationError
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.providers.models import window
from heartbit_tui.store.damage import DamagedError
from heartbit_tui.tui.acts import table
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.chat.greeting import greeting
from heartbit_tui.tui.doing import doing as going_on
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.notify import signal
from heartbit_tui.tui.pane.given import Made
from heartbit_tui.tui.side.facts import Facts
from heartbit_tui.tui.status import git
from heartbit_tui.tui.status.activity import Doing
from heartbit_tui.tui.status.footer import Standing
from heartbit_tui.tui.talk.followed import Followed
from heartbit_tui.tui.talk.tabs import command_runs, place, tabs, title
from heartbit_tui.tui.talk.talk import Asked, Talk
from heartbit_tui.tui.transcript.blocks import Call

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

GREETED = (
    ("help", "every key, and what it does"),
    ("palette", "everything else"),
    ("sessions", "what was done before"),
    ("next-mode", "how much passes without asking"),
)
"""Actions that somebody new is told of."""

MEND = "Enter sends /repair, which saves what can be saved from here."

SETTLED = 3.0
"""Seconds that a run takes at least for its end to be worth a word to somebody who looks elsewhere."""


SAID = 80
"""Letters of what a hidden session asks that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """How a session stood: the ids of what waited and of the commands that ran in its background, and what it did."""

    asked: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    running: bool = False
    failed: bool = False


class Bridge:
    """Brings the widgets in line with the session that is seen; each of them redraws only what is different."""

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app
        self._book: Book | None = None
        self._seen: tuple[Talk, Followed | None] | None = None
        """The session that is seen, and the agent of it that is followed."""
        self._greets = False
        self._left_at = 0
        self._opened: dict[Talk, tuple[str, ...]] = {}
        """What was given to the sheet of each session."""
        self._last: dict[Talk, Last] = {}
        """How each session stood when it was looked at last."""
        self._failed: Talk | None = None
        self._branch: git.Branch | None = None
        self._filled: dict[Talk, Outlook] = {}
        """What filled the window of each session when that was found out last."""
        self._looking = False

    def _lend_editor(self, talk: Talk) -> None:
        """Let a session open the person's editor for a plan that is asked about."""
        if talk.client is not None and talk.client.plans is not None:
            talk.client.plans.edit = partial(table.edit, self._app)

    def changed(self, talk: Talk) -> None:
        """There is news of a session."""
        app = self._app
        if not app.is_attached:
            return
        self._lend_editor(talk)
        if talk is not app.talk:
            self._elsewhere(talk)
            return
        app.living.garbage.touched()
        if talk.shown is not self._book or (self._greets and talk.book.first() is not None):
            self._open(talk)
        else:
            app.chat.changed()
            if not talk.only_deltas:
                app.living.side.touched()
        self._badge()
        if talk.only_deltas and talk.running:
            return
        self._ask(talk)
        self._tell(talk)
        self.tabbed()
        if talk.stage == "failed" and talk is not self._failed:
            self._failed = talk
            if isinstance(talk.fault, AuthenticationError):
                app.act("login")
            if isinstance(talk.fault, DamagedError):
                talk.tell(MEND, level="warning")
                app.chat.changed()
                if not app.draft.text:
                    app.draft.set_text("/repair")

    def _open(self, talk: Talk) -> None:
        """Show another book: from the end of it, or, where it is the same session's, from where one was reading."""
        app, before, top = self._app, self._book, self._app.chat.view.top
        book, seen = talk.shown, (talk, talk.follows.seen)
        stays = before is not None and seen == self._seen and not (self._greets or app.chat.following)
        self._book, self._seen = book, seen
        self._greets = talk.stage == "open" and talk.follows.seen is None and book.first() is None
        app.chat.set_source(Made(self._greeting) if self._greets else book, follow=not stays)
        if before is not None and stays and top is not None:
            app.chat.to(book.key_in(before, top.key), top.index)
            self._left_at = book.key_in(before, (self._left_at - 1, 0))[0] + 1
        app.living.side.show_timeline(talk.story.timeline)

    def _greeting(self, look: Look) -> list[Line]:
        keys = self._app.keymap.hints(*GREETED)
        return greeting(__version__, keys, look)

    def followed(self) -> None:
        """The chat begins or ceases to follow its end."""
        self._left_at = len(self._app.talk.read.blocks)
        self._badge()

    def hinted(self) -> None:
        """The draft has changed: what its border says may, too."""
        self._app.draft.show_hint(*self._hints(self._app.talk))

    def retold(self) -> None:
        """Something that is told of the session beside its transcript may be different."""
        self._tell(self._app.talk)

    async def look_at_git(self) -> None:
        """Find out about the branch, off the loop."""
        folder = self._app.folder
        self._branch = await asyncio.to_thread(lambda: git.read(folder))
        self.retold()

    def _badge(self) -> None:
        app = self._app
        if app.chat.following or app.chat.view.at_end:
            app.chat.set_badge(BLANK)
            return
        new = len(app.talk.read.blocks) - self._left_at
        word = f" {new} new  ↓ " if new > 0 else " ↓ "
        app.chat.set_badge(setting.line((word, app.ink.cursor + app.ink.accent)))

    def _elsewhere(self, talk: Talk) -> None:
        """There is news of a session that is not seen: its tab tells it, and nothing else is drawn."""
        if not (talk.only_deltas and talk.running):
            self._watch(talk)
            self.tabbed()

    def tabbed(self) -> None:
        """The row of tabs may be different."""
        talks = self._app.living.talks
        shown = tabs(talks.all, talks.current)
        self._app.living.tabs.tell(shown if len(shown) > 1 else ())
        self._app.draft.invite(*_invitation(talks.current))
        self._last = {talk: last for talk, last in self._last.items() if talk in talks.all}
        self._opened = {talk: names for talk, names in self._opened.items() if talk in talks.all}
        self._filled = {talk: found for talk, found in self._filled.items() if talk in talks.all}

    def _ask(self, talk: Talk) -> None:
        """Open in the sheet what waits, and close what no longer does."""
        waiting = {asked.request.id: asked for asked in talk.asked}
        sheet, before = self._app.living.sheet, self._opened.get(talk, ())
        for name in before:
            if name not in waiting:
                sheet.close(name)
        for name, asked in waiting.items():
            if name not in before:
                sheet.drawing.works_in(_place(talk) or str(self._app.folder))
                sheet.open(asked.request, asked.agent)
        self._opened[talk] = tuple(waiting)

    def _watch(self, talk: Talk) -> None:
        """Say it where a session begins to wait for the person, or has ended what it was doing."""
        last = self._last.get(talk) or Last()
        asked, failed = tuple(each.request.id for each in talk.asked), talk.stage == "failed"
        known = talk.story.transcript.known
        jobs = tuple(job.id for job in running(known.jobs))
        self._last[talk] = Last(asked=asked, jobs=jobs, running=talk.running, failed=failed)
        for each in talk.asked:
            if each.request.id not in last.asked:
                self._notify(talk, "asks", _asks(each))
        if last.running and not talk.running and talk.story.timeline.last is not None:
            self._notify(talk, "failed" if talk.news == "failed" else "is done", known.title)
        elif failed and not last.failed and talk.hidden:
            self._notify(talk, "failed", str(talk.fault or ""))
        for job in known.jobs:
            if job.id in last.jobs and job.end is not None and job.end.how == "exited":
                self._notify(talk, f"ended {job.id}", outcome(job.end))

    def _tell(self, talk: Talk) -> None:
        app = self._app
        known = talk.story.transcript.known
        app.draft.running = talk.running
        app.draft.show_mode(talk.mode, app.ink.modes.get(talk.mode, app.ink.text))
        app.draft.show_hint(*self._hints(talk))
        app.activity.tell(self._doing(talk) or app.living.submitting.doing)
        costs = talk.client.costs() if talk.client else ()
        size = window(known.model) or 0
        about = talk.client.about if talk.client else None
        safety = about.safety if about else None
        found = self._outlook(talk) if known.last else None
        jobs = running(known.jobs) if safety else ()  # in a replay nothing runs
        told = Facts(
            todos=known.todos,
            last=known.last,
            window=size,
            costs=costs,
            outlook=found,
            jobs=jobs,
            memories=known.memories,
            goal=known.goal,
            judged=known.judged,
        )
        app.living.side.show(told)
        app.footer.tell(
            Standing(
                away=bool(about and about.elsewhere),
                folder=str(app.folder),
                home=app.living.setup.environment.get("HOME", ""),
                branch=self._branch.name if self._branch else "",
                dirty=bool(self._branch and self._branch.dirty),
                model=known.model,
                effort=known.effort or "",
                used=found.used if found else known.context_tokens,
                window=size,
                cost=sum(line.cost_usd for line in costs) if costs else None,
                unpriced=any(line.unpriced for line in costs) or bool(talk.story.cut.ended),
                mode=talk.mode if safety else "",
                sandbox=about.sandbox if about and safety and "bash" in about.tools else None,
                trust=safety.trust if safety else None,
                jobs=len(jobs),
                diagnostics=known.diagnostics if safety else None,
                letters=app.living.mail.number,
                unread=app.living.mail.unread,
                servers=counted(talk.client.served.statuses()) if talk.client and talk.client.served else None,
            )
        )
        self._ended(talk)

    def _outlook(self, talk: Talk) -> Outlook | None:
        """What fills the window of a session's model, as far as it is known: of a long one it is found out beside the loop."""
        meters = talk.client.meters if talk.client else None
        if meters is None:
            return None
        if found := meters.glance():
            self._filled[talk] = found
        elif not self._looking:
            self._looking = True
            self._app.start(self._look(talk, meters))
        return self._filled.get(talk)

    async def _look(self, talk: Talk, meters: Meters) -> None:
        try:
            self._filled[talk] = await meters.look()
        finally:
            self._looking = False
        self._tell(self._app.talk)  # which may have come to be seen meanwhile, and not have been looked at

    def _doing(self, talk: Talk) -> Doing | None:
        """What goes on, and the key that lets a command go on by itself."""
        doing = going_on(talk)
        key = self._app.keymap.label_for("background")
        if doing is None or doing.kind == "asking" or not key or talk.follows.seen or not command_runs(talk):
            return doing
        return replace(doing, note=f"{doing.note} · {key} leaves it in the background")

    def _hints(self, talk: Talk) -> list[tuple[str, Style]]:
        app, found = self._app, list[tuple[str, Style]]()
        number, count = place(app.living.talks.all, talk)
        if count > 1:
            found.append((f" tab {number} of {count} ", app.ink.muted))
        if talk.pending.queued:
            found.append((f" queued: {talk.pending.queued} ", app.ink.info))
        if not talk.running and app.draft.text and (cold := _cold(talk)):
            found.append((f" {cold} ", app.ink.warning))
        if (followed := talk.follows.seen) is not None:
            found.append((f" to {one_line(followed.name, NAME)} ", app.ink.info))
        elif talk.running and app.draft.text:
            does = app.keymap.hints(("send", "steers"), ("queue", "queues"))
            found.append((f" {' · '.join(f'{key} {word}' for key, word in does)} ", app.ink.faint))
        return found

    def _ended(self, talk: Talk) -> None:
        last = self._last.get(talk) or Last()
        self._watch(talk)
        if last.running and not talk.running:
            self._app.start(self.look_at_git())
            self._app.living.mail.soon()

    def _notify(self, talk: Talk, what: str, text: str) -> None:
        """A bell, a word to the desktop where the person looks elsewhere, and one on the screen where another tab is seen."""
        app, talks = self._app, self._app.living.talks
        tab = f"tab {talks.all.index(talk) + 1}" if len(talks.all) > 1 and talk in talks.all else ""
        if talk.hidden and tab:
            said = f": {one_line(text, SAID)}" if text else ""
            app.tell(f"{tab[:1].upper()}{tab[1:]} ({title(talk)}) {what}{said}", warning=what == "failed")
        if app.living.setup.wishes.bell:
            app.bell()
        if not app.app_focus and app.living.setup.wishes.notify:
            name = f"heartbit, {tab}," if tab else "heartbit"
            app.send(signal(f"{name} {what}", text, app.living.setup.environment))


def outlook(talk: Talk) -> Outlook | None:
    """What fills the window of a session's model, None where that is not known."""
    meters = talk.client.meters if talk.client else None
    return meters.outlook() if meters else None


def _cold(talk: Talk) -> str:
    """What the model's service has forgotten, in a few words; empty for nothing."""
    meters = talk.client.meters if talk.client else None
    expired = meters.cold() if meters else None
    return metered.cold_hint(expired) if expired else ""


def _place(talk: Talk) -> str:
    """Where the shell of the agent's commands stands, by the last of them; empty before the first."""
    blocks = reversed(talk.story.transcript.blocks)
    places = (block.details.get("cwd") for block in blocks if isinstance(block, Call) and block.tool == "bash")
    return next((place.replace("\n", "␊") for place in places if isinstance(place, str)), "")


def _asks(asked: Asked) -> str:
    request = asked.request
    if isinstance(request, ApprovalRequested):
        return f"{request.call.name} {titles.title(request.call.name, request.call.input)}"
    return request.questions[0].question if request.questions else ""


def _invitation(talk: Talk) -> tuple[str, ...]:
    """What an empty draft asks for in the tab of an agent; nothing in that of a session."""
    followed = talk.follows.seen
    if followed is None:
        return ()
    mate, name = followed.mate, one_line(followed.name, NAME)
    takes = mate is not None and mate.stage in ("working", "asking")
    return (f"Words for {name}" if takes else f"{name}: {WORDS[mate.stage] if mate else 'gone'}",)
