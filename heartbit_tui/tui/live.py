"""What comes alive once the screen stands: the sessions, and the widgets that show them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, get_args

from textual import events
from textual.message import Message

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.acts import table
from heartbit_tui.tui.bridge import Bridge
from heartbit_tui.tui.complete.menu import Menu
from heartbit_tui.tui.completing import Completing
from heartbit_tui.tui.draft.messages import Changed, MenuKey, WantsCompletion
from heartbit_tui.tui.draft.remapped import editing
from heartbit_tui.tui.draft.remembered import Remembered
from heartbit_tui.tui.draft.state import DraftState
from heartbit_tui.tui.draft.vim.machine import Vim
from heartbit_tui.tui.garbage import Garbage
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.mail import Mail
from heartbit_tui.tui.markdown import set as markdown
from heartbit_tui.tui.markdown.split import pieces_of
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.sheets.dialog import Dialog
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.sheets.waiting import Act
from heartbit_tui.tui.side.side import BESIDE, Side
from heartbit_tui.tui.sources import sources
from heartbit_tui.tui.status.tabs import TabRow
from heartbit_tui.tui.submitting import Submitting
from heartbit_tui.tui.talk.tabs import title
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.terminal.driver import set_mouse
from heartbit_tui.tui.transcript.blocks import Answer, Prompt

if TYPE_CHECKING:
    from heartbit_tui.client.types import About
    from heartbit_tui.runtime.options import Options
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.seeking import Seeking


WIDEST = 100
"""Columns that the last answer takes at most on the normal screen."""

ACTS: tuple[Act, ...] = get_args(Act)


def sheet_keys(live: Keymap) -> tuple[Mapping[str, Act], Mapping[str, str]]:
    """The keys of an approval by the live keymap, and how its hints tell them."""
    acts: dict[str, Act] = {key: act for act in ACTS for key in live.keys_for(act, "sheet")}
    return acts, {act: live.label_for(act) for act in ACTS if live.key_for(act)}


@dataclass(frozen=True, slots=True)
class Left:
    """What a tab was left with: its draft, and the place at which it was read."""

    draft: DraftState
    place: Key | None


class Live:
    """The living parts of the application, which acts reach as `app.live`."""

    def __init__(self, app: "HeartbitApp", setup: Setup, talks: Talks) -> None:
        self.setup = setup
        self.talks = talks
        self.recent: list[str] = []
        """The actions that were taken from the palette, the last one first."""
        self.mouse_on = setup.wishes.mouse
        self.now: Callable[[], datetime] = partial(datetime.now, UTC)
        """Tells the time to what counts it."""
        self.seeking: Seeking | None = None
        """The search through the history, once there was one."""
        self._app = app
        self._seen: tuple[Talk, str] = (talks.current, "")
        """The session that is seen, and its agent that is; empty for the session's own."""
        self._left: dict[tuple[Talk, str], Left] = {}
        """What each tab that is not seen now was left with."""
        self._dialogs: dict[Talk, Dialog] = {}
        """What waits in each session that is not seen now."""
        self.side = Side(talks.current.story.timeline, app.ink, calm=setup.wishes.calm)
        self.sheet = Sheet(app.ink, cwd=str(setup.options.cwd))
        self.menu = Menu(app.ink, id="menu")
        self.tabs = TabRow(app.ink)
        self.bridge = Bridge(app)
        self.submitting = Submitting(app)
        self.mail = Mail(app)
        self.garbage = Garbage(app.set_timer, time.monotonic)
        self.completing = Completing(app.draft, self.menu, sources(app), app.start)

    async def join(self) -> None:
        """Stand on the screen beside what is there, and begin to listen."""
        app, setup = self._app, self.setup
        app.draft.keys = editing(setup.keymap, app.keymap)
        app.keymap = setup.keymap
        if setup.theme.name != app.theme:
            app.wear(setup.theme)
        app.past.keep(Remembered(setup.history))
        app.draft.vim = Vim() if setup.wishes.vim else None
        self.fit(app.size.width)
        await app.screen.mount(self.sheet, before=app.draft)
        await app.screen.mount(self.menu)
        await app.screen.mount(self.tabs, before="#body")
        await app.screen.query_one("#body").mount(self.side)
        self.talks.tints.thinking = setup.wishes.thinking
        self.sheet.dialog.divides(setup.wishes.diff == "split")
        self.sheet.set_keys(*sheet_keys(app.keymap))
        if not self.mouse_on:
            set_mouse(app, False)
        if setup.draft and not app.draft.text:
            app.draft.set_text(setup.draft)
        self.talks.changed = self.bridge.changed
        self.bridge.changed(self.talks.current)
        app.start(self.bridge.look_at_git())
        app.start(self._warm_up())
        if setup.task:
            self.talks.current.say(setup.task)

    async def _warm_up(self) -> None:
        """Load in a thread what is soon needed, so that nobody waits for it then."""
        await self.talks.current.opened()
        self.talks.tints.bring(await asyncio.to_thread(table.warmed_up))
        self.talks.tints.wanted = lambda language: self._app.start(self._colour({language}))
        await self._colour(set())
        self.garbage.begin()
        self.mail.begin()

    async def _colour(self, languages: set[str]) -> None:
        """Load what colours these languages, then draw all that is in view with it."""
        await asyncio.to_thread(self.talks.tints.load, languages)
        for screen in self._app.screen_stack:
            for pane in screen.query(Pane):
                pane.changed()

    def leave(self) -> None:
        """Let every session end, and be kept."""
        self.mail.leave()
        for talk in self.talks.all:
            talk.leave()

    def farewell(self) -> list[str]:
        """The last answer, and the command that goes on with the session, where there is one to go on with."""
        talk = self.talks.current
        blocks, options = talk.story.transcript.blocks, talk.options
        answer = next((block.text for block in reversed(blocks) if isinstance(block, Answer)), "")
        look = Look(min(self._app.size.width, WIDEST), self._app.ink)
        lines = [line.text.rstrip() for piece in pieces_of(answer) for line in markdown.lines(piece, look, open=False)]
        if talk.client is not None and _said(talk) and (command := _again(talk.client.about, options)):
            lines += ["", command]
        lines += self._others()
        if talk.fault is not None:
            lines.append(f"heartbit: {talk.fault}")
        return lines

    def _others(self) -> list[str]:
        """How to go on with the sessions of the other tabs."""
        others = [(each, each.client) for each in self.talks.all if each is not self.talks.current and _said(each)]
        return [
            f"{command}  ({title(talk)})"
            for talk, client in others
            if client is not None and (command := _again(client.about, talk.options))
        ]

    def knows(self, name: str) -> bool:
        """Whether an action, or a slash command, can be done."""
        return table.known(name)

    def act(self, name: str, argument: str) -> None:
        """Do it."""
        work = table.act(name)(self._app, argument)
        if work is not None:
            self._app.start(self._app.order.during(work))

    def typed(self, message: Changed) -> None:
        """The draft has changed."""
        self.talks.pace.key()
        self.garbage.touched()
        self.sheet.drafted(message.text)
        if self._app.draft.display:  # a menu would lie over what a person has to decide about
            self.completing.typed(message.before)
        self.menu.stand(self._app.draft.outer_size.height + 1)
        self.bridge.hinted()

    def seeks(self, event: events.Key) -> bool:
        """Give a key to the search through the history, where one is open."""
        if self.seeking is None or not self.seeking.is_open or len(self._app.screen_stack) > 1:
            return False
        self.seeking.press(event)
        return True

    def has_side_focus(self) -> bool:
        """Whether the side panel has the focus."""
        focused = self._app.focused
        return focused is not None and self.side in focused.ancestors

    def wear(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        for widget in (self.side, self.sheet, self.menu, self.tabs):
            widget.set_ink(ink)
        self.bridge.retold()

    def fit(self, width: int) -> None:
        """The side panel stands beside the chat where there is room."""
        self.side.set_class(width < BESIDE, "-over")
        self.side.display = self.setup.wishes.side and width >= BESIDE

    def switched(self) -> None:
        """Another tab is seen: its own draft comes back, and the place at which it was read; a session's sheet, too."""
        app, talk, before = self._app, self.talks.current, self._seen
        seen = (talk, talk.follows.seen.name if talk.follows.seen else "")
        self.submitting.left(self.talks.all)
        if seen == before:
            return
        rows = app.chat.view.rows
        self._left[before] = Left(app.draft.snapshot(), None if app.chat.following or not rows else rows[0].key)
        self._seen = seen
        self._left = {each: left for each, left in self._left.items() if each[0] in self.talks.all}
        if talk is not before[0]:
            self._swap(before[0], talk)
            self.mail.soon()
        self.bridge.changed(talk)
        self.bridge.tabbed()
        left = self._left.get(seen)
        if left is not None:
            app.draft.restore(left.draft)
            if left.place is not None:
                app.chat.to(left.place)
        elif self._left:
            app.draft.set_text("")

    def _swap(self, before: Talk, talk: Talk) -> None:
        """Another session is seen."""
        self._dialogs[before] = self.sheet.dialog
        self.sheet.swap(self._dialogs.pop(talk, None) or self.sheet.dialog.another())
        self._dialogs = {each: dialog for each, dialog in self._dialogs.items() if each in self.talks.all}
        self._app.start(self.bridge.look_at_git())

    def hear(self, message: Message) -> None:
        """Do what a widget tells."""
        app = self._app
        match message:
            case Sheet.Opened():
                app.draft.display = False
                self.completing.typed("")
                self.sheet.focus()
            case Sheet.Emptied():
                app.draft.display = True
                app.draft.focus()
                self.completing.typed(app.draft.passage.before)
            case Sheet.Replied(ops=ops, ticket=ticket):
                owner = self.talks.asking(ticket.request) or app.talk
                for op in ops:
                    owner.submit(op)
                owner.settled(ticket.id)
            case TabRow.Wanted(number=number):
                app.act("tab", str(number))
            case Menu.Picked(item=item):
                self.completing.take(item)
            case MenuKey(key=key):
                self.completing.key(key)
            case WantsCompletion(before=before):
                self.completing.typed(before, asked=True)
            case _:
                self._hear_pane(message)

    def _hear_pane(self, message: Message) -> None:
        app = self._app
        match message:
            case Pane.Clicked(pane=pane, key=key, double=False) if pane is app.chat:
                if app.talk.shown.fold(key[0]):
                    app.chat.changed()
            case Pane.Copied(text=text):
                app.act("copy-text", text)
            case Pane.Followed(pane=pane) if pane is app.chat:
                self.bridge.followed()
            case Side.Chosen(call=call):
                table.show(app, call)
            case Pane.Clicked() | Pane.Followed():  # of a pane on a screen of its own
                return
            case _:
                table.wish(app, message)


def _said(talk: Talk) -> bool:
    """Whether anything was asked in a session."""
    return any(isinstance(block, Prompt) for block in talk.story.transcript.blocks)


def _again(about: "About", options: "Options") -> str:
    """The command that goes on with a session, empty where none does; one of a daemon goes on there."""
    if about.elsewhere:
        return f"heartbit attach {about.session_id}"
    return "" if options.ephemeral or options.demo else f"heartbit --resume {about.session_id}"
