"""The application: what is on the screen, and where keys and messages go."""

import time
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from heartbit_tui.client.files import FileIndex
from heartbit_tui.tui.acts.table import ACTS
from heartbit_tui.tui.bridge import Bridge
from heartbit_tui.tui.complete.menu import Menu
from heartbit_tui.tui.complete.sources import Sources
from heartbit_tui.tui.completing import Completing
from heartbit_tui.tui.draft.draft import Draft
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Submitted, Told, WantsCompletion
from heartbit_tui.tui.keys.actions import Where
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.presses import Presses
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.textual import textual_theme

PLACEHOLDER = "What is to be done?"


class HeartbitApp(App[int], inherit_bindings=False):
    """The screen of the sessions that are open; `act` does by name what a key, a command or the palette asks for."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH = "app.tcss"

    def __init__(self, setup: Setup, talks: Talks) -> None:
        super().__init__()
        self.setup = setup
        self.talks = talks
        self.presses = Presses(time.monotonic)
        self.ink: Ink = ink_of(setup.theme)
        self.bridge = Bridge(self)

    @property
    def talk(self) -> Talk:
        """The session that is seen."""
        return self.talks.current

    @property
    def draft(self) -> Draft:
        """Where the person types."""
        return self._draft

    @property
    def chat(self) -> Pane:
        """The transcript."""
        return self._chat

    def compose(self) -> ComposeResult:
        """The chat, the draft, the menu over it."""
        self._chat = Pane(self.talk.book, self.ink, id="chat", follow=True, calm=self.setup.wishes.calm)
        self._draft = Draft(history=self.setup.history, placeholder=PLACEHOLDER, id="draft")
        self._menu = Menu(self.ink, id="menu")
        with Horizontal(id="body"):
            yield self._chat
        yield self._draft
        yield self._menu

    def on_mount(self) -> None:
        """Take on the theme, and begin to listen."""
        self.register_theme(textual_theme(self.setup.theme))
        self.theme = self.setup.theme.name
        files = FileIndex(self.setup.options.cwd)
        self._completing = Completing(self._draft, self._menu, Sources(files, {}), self.start)
        self._draft.focus()
        if self.setup.draft:
            self._draft.set_text(self.setup.draft)
        self.talks.changed = self.bridge.changed
        self.bridge.changed(self.talk)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that nobody waits for; it ends with the application."""
        self.run_worker(work, exit_on_error=True)

    def act(self, name: str, argument: str = "") -> None:
        """Do what an action is for."""
        act: Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None] = ACTS[name]
        work = act(self, argument)
        if work is not None:
            self.start(work)

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Say something that passes."""
        self.notify(text, severity="warning" if warning else "information", timeout=6, markup=False)

    def where(self) -> Where:
        """Where a key counts now."""
        if self.focused is self._chat:
            return "chat"
        return "draft"

    def on_key(self, event: events.Key) -> None:
        """A key that what has the focus did not want."""
        if len(self.screen_stack) > 1:
            return
        name = self.setup.keymap.action_for(event.key, self.where())
        if name in ACTS:
            event.stop()
            self.act(name)

    @on(Submitted)
    def _submitted(self, message: Submitted) -> None:
        self.bridge.submitted(message)

    @on(Changed)
    def _typed(self, message: Changed) -> None:
        self.talks.pace.key()
        self._completing.typed(message.before)

    @on(WantsCompletion)
    def _wants(self, message: WantsCompletion) -> None:
        self._completing.typed(message.before)

    @on(MenuKey)
    def _menu_key(self, message: MenuKey) -> None:
        self._completing.key(message.key)

    @on(Menu.Picked)
    def _picked(self, message: Menu.Picked) -> None:
        self._completing.take(message.item)

    @on(Told)
    def _told(self, message: Told) -> None:
        self.tell(message.text, warning=message.level != "info")

    @on(Pane.Clicked)
    def _clicked(self, message: Pane.Clicked) -> None:
        if message.pane is self._chat and not message.double:
            self.bridge.clicked(message)

    @on(Pane.Copied)
    def _copied(self, message: Pane.Copied) -> None:
        self.act("copy-text", message.text)

    @on(Pane.Followed)
    def _followed(self, message: Pane.Followed) -> None:
        if message.pane is self._chat:
            self.bridge.followed(message.following)
