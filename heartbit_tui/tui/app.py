"""The application: what is on the screen, and where keys and messages go."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.driver import Driver
from textual.message import Message

from heartbit_tui.tui.acts import table
from heartbit_tui.tui.bridge import Bridge
from heartbit_tui.tui.complete.menu import Menu
from heartbit_tui.tui.completing import Completing
from heartbit_tui.tui.draft.draft import Draft
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Submitted, Told, WantsCompletion
from heartbit_tui.tui.keys.actions import Where
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.presses import Presses
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.side.side import BESIDE, Side
from heartbit_tui.tui.sources import sources
from heartbit_tui.tui.status.activity import Activity
from heartbit_tui.tui.status.footer import Footer
from heartbit_tui.tui.submitting import Submitting
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.textual import textual_theme
from heartbit_tui.tui.theme.types import Theme

if TYPE_CHECKING:
    from heartbit_tui.tui.seeking import Seeking

T = TypeVar("T")

PLACEHOLDER = "What is to be done?"


class HeartbitApp(App[int], inherit_bindings=False):
    """The screen of the sessions that are open; `act` does by name what a key, a command or the palette asks for."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "Draft"
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH = "app.tcss"

    def __init__(self, setup: Setup, talks: Talks, driver: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver)
        self.setup = setup
        self.talks = talks
        self.presses = Presses(time.monotonic)
        self.recent: list[str] = []
        """The actions that were taken from the palette, the last one first."""
        self.mouse_on = setup.wishes.mouse
        self.ink: Ink = ink_of(setup.theme)
        self.bridge = Bridge(self)
        calm = setup.wishes.calm
        self.chat = Pane(talks.current.book, self.ink, id="chat", follow=True, calm=calm)
        self.side = Side(talks.current.story.timeline, self.ink, calm=calm)
        self.activity = Activity(self.ink, calm=calm)
        self.sheet = Sheet(self.ink, cwd=str(setup.options.cwd))
        self.draft = Draft(history=setup.history, placeholder=PLACEHOLDER, id="draft")
        self.footer = Footer(self.ink)
        self.menu = Menu(self.ink, id="menu")
        self.submitting = Submitting(self)
        self.seeking: Seeking | None = None
        """The search through the history, once there was one."""
        self._completing = Completing(self.draft, self.menu, sources(self), self.start)

    @property
    def talk(self) -> Talk:
        """The session that is seen."""
        return self.talks.current

    @property
    def folder(self) -> Path:
        """The folder that the session works in."""
        client = self.talk.client
        return Path(client.about.cwd) if client is not None else self.talk.options.cwd

    def compose(self) -> ComposeResult:
        """The chat and the side panel, what goes on, the draft or what is asked in its place, and where one is."""
        with Horizontal(id="body"):
            yield self.chat
            yield self.side
        yield self.activity
        yield self.sheet
        yield self.draft
        yield self.footer
        yield self.menu

    def on_mount(self) -> None:
        """Take on the theme, and begin to listen."""
        self.register_theme(textual_theme(self.setup.theme))
        self.theme = self.setup.theme.name
        self.side.display = self.setup.wishes.side and self.size.width >= BESIDE
        if self.setup.draft:
            self.draft.set_text(self.setup.draft)
        self.talks.changed = self.bridge.changed
        self.bridge.changed(self.talk)
        self.start(self.bridge.look_at_git())
        if self.setup.task:
            self.talk.say(self.setup.task)

    def switched(self) -> None:
        """Another session is seen."""
        self.bridge.forget_asked()
        self.bridge.changed(self.talk)

    def wear(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        self.ink = ink_of(theme)
        for widget in (self.chat, self.side, self.activity, self.sheet, self.footer, self.menu):
            widget.set_ink(self.ink)
        self.bridge.retold()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that nobody waits for; it ends with the application."""
        self.run_worker(work)

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Do in a thread what would hold the screen up."""
        return await asyncio.to_thread(work)

    def act(self, name: str, argument: str = "") -> None:
        """Do what an action is for."""
        work = table.act(name)(self, argument)
        if work is not None:
            self.start(work)

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Say something that passes."""
        self.notify(text, severity="warning" if warning else "information", timeout=6, markup=False)

    def send(self, sequence: str) -> None:
        """Write to the terminal what no widget draws."""
        if self._driver is not None:
            self._driver.write(sequence)

    def where(self) -> Where:
        """Where a key counts now."""
        if self.focused is None or self.focused in (self.draft, self.sheet):
            return "draft"
        return "chat" if self.focused is self.chat else "side"

    async def on_event(self, event: events.Event) -> None:
        """While a search through the history is open, it has the keys."""
        if isinstance(event, events.Key) and self.seeking and self.seeking.is_open and len(self.screen_stack) == 1:
            self.seeking.press(event)
        else:
            await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """A key that what has the focus did not want: the draft's, or an action's."""
        if len(self.screen_stack) > 1:
            return
        where = self.where()
        name = self.setup.keymap.action_for(event.key, where)
        typed = event.is_printable and where != "draft" and not table.known(name)
        if typed or (self.focused is self.sheet and not table.known(name)):
            self.draft.press(event)
        elif table.known(name):
            self.act(name)
        else:
            return
        event.stop()

    def on_resize(self, event: events.Resize) -> None:
        """The side panel stands beside the chat where there is room."""
        self.side.set_class(event.size.width < BESIDE, "-over")
        if event.size.width < BESIDE:
            self.side.display = False
        elif self.setup.wishes.side:
            self.side.display = True

    @on(Submitted)
    def _submitted(self, message: Submitted) -> None:
        self.submitting.submitted(message)

    @on(Changed)
    def _typed(self, message: Changed) -> None:
        self.talks.pace.key()
        self.presses.forget()
        self.sheet.drafted(message.text)
        self._completing.typed(message.before)
        self.menu.stand(self.draft.outer_size.height + 1)

    @on(WantsCompletion)
    def _wants(self, message: WantsCompletion) -> None:
        self._completing.typed(message.before, asked=True)

    @on(MenuKey)
    def _menu_key(self, message: MenuKey) -> None:
        self._completing.key(message.key)

    @on(Menu.Picked)
    def _picked(self, message: Menu.Picked) -> None:
        self._completing.take(message.item)

    @on(Told)
    def _told(self, message: Told) -> None:
        self.tell(message.text, warning=message.level != "info")

    @on(Sheet.Opened)
    def _asked(self) -> None:
        self.draft.display = False
        self.sheet.focus()

    @on(Sheet.Emptied)
    def _answered(self) -> None:
        self.draft.display = True
        self.draft.focus()

    @on(Sheet.Replied)
    def _replied(self, message: Sheet.Replied) -> None:
        for op in message.ops:
            self.talk.submit(op)
        self.talk.settled(message.ticket.id)

    @on(Pane.Clicked)
    def _clicked(self, message: Pane.Clicked) -> None:
        if message.pane is self.chat and not message.double and self.talk.book.fold(message.key[0]):
            self.chat.changed()

    @on(Pane.Copied)
    def _copied(self, message: Pane.Copied) -> None:
        self.act("copy-text", message.text)

    @on(Pane.Followed)
    def _followed(self, message: Pane.Followed) -> None:
        if message.pane is self.chat:
            self.bridge.followed()

    def on_reader_wished(self, message: Message) -> None:
        """The reader wants something done; its module is loaded with the reader."""
        table.wish(self, message)

    @on(Side.Chosen)
    def _chosen(self, message: Side.Chosen) -> None:
        number = self.talk.story.transcript.call(message.call)
        if number is not None:
            self.chat.to((number, 0))
