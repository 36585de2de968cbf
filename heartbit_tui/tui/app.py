"""The application: what is on the screen from the first moment, and where keys and messages go."""

import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from traceback import format_exc
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.driver import Driver
from textual.message import Message

from heartbit_tui.client.visible import harmless
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.draft.clipboard import SystemClipboard
from heartbit_tui.tui.draft.draft import Draft
from heartbit_tui.tui.draft.messages import Changed, Submitted, Told
from heartbit_tui.tui.keys.actions import Where
from heartbit_tui.tui.keys.keymap import Keymap, keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.order import Order
from heartbit_tui.tui.pane.empty import EMPTY
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.past import Past
from heartbit_tui.tui.presses import Presses
from heartbit_tui.tui.prompt_screen import PromptScreen
from heartbit_tui.tui.status.activity import Activity
from heartbit_tui.tui.status.footer import Footer, Standing
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.textual import textual_theme
from heartbit_tui.tui.theme.types import Theme
from heartbit_tui.tui.toasts import Lasting

if TYPE_CHECKING:
    from heartbit_tui.tui.live import Live
    from heartbit_tui.tui.talk.talk import Talk

T = TypeVar("T")
Load: TypeAlias = "Callable[[HeartbitApp], Coroutine[Any, Any, Live]]"

NOTHING: Mapping[str, str] = MappingProxyType({})

PLACEHOLDER = "What is to be done?"

FAULT = "heartbit: A fault of heartbit's own ended the screen; what led there stands above. What was said is kept."


def _own_grounds(self: App[int]) -> dict[str, str]:
    """What Textual's own style sheet wants of every theme, and sets for none of the terminal's own colours."""
    return {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}


def _refuse(_: Submitted) -> bool:
    """Nothing is taken before there is a session."""
    return False


class HeartbitApp(App[int], inherit_bindings=False):
    """The chat, the draft and the footer; all that needs a session comes alive when `load` has brought it.

    What is sent before that waits for it. `act` does by name what a key, a command or the palette asks for.
    """

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "Draft"
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH = "app.tcss"
    get_theme_variable_defaults = _own_grounds

    def __init__(
        self,
        theme: Theme,
        load: Load,
        *,
        environment: Mapping[str, str] = NOTHING,
        calm: bool = False,
        driver: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver)
        self._notifications = Lasting()
        self.live: Live | None = None
        self.keymap: Keymap = keymap()
        self.presses = Presses(time.monotonic)
        self.order = Order(self)
        self.ink: Ink = ink_of(theme)
        self.chat = Pane(EMPTY, self.ink, id="chat", follow=True, calm=calm, focus=True)
        self.activity = Activity(self.ink, calm=calm)
        self.past = Past()
        self.draft = Draft(
            history=self.past, clipboard=SystemClipboard(environment), placeholder=PLACEHOLDER, id="draft"
        )
        self.footer = Footer(self.ink)
        self.worn = theme
        """The theme that everything is drawn in."""
        self.fault: HeartbitError | None = None
        """Why nothing came alive."""
        self._load = load
        self.take_early: Callable[[Submitted], bool] = _refuse
        """Takes what is sent before anything is alive, or says that it cannot."""
        self.standing = Standing(home=environment.get("HOME", ""))
        """What the footer says until the session tells more."""
        self._early: list[Submitted] = []
        self._early_acts: list[str] = []

    @property
    def living(self) -> "Live":
        """What came alive: there for everything that is done after the first moment."""
        assert self.live is not None
        return self.live

    @property
    def talk(self) -> "Talk":
        """The session that is seen."""
        return self.living.talks.current

    @property
    def folder(self) -> Path:
        """The folder that the session works in."""
        client = self.talk.client
        return Path(client.about.cwd) if client is not None else self.talk.options.cwd

    def get_default_screen(self) -> PromptScreen:
        """The one that draws without delay."""
        return PromptScreen(covered=self.order.release)

    def compose(self) -> ComposeResult:
        """The chat, what goes on, the draft, and where one is; the rest joins them."""
        with Horizontal(id="body"):
            yield self.chat
        yield self.activity
        yield self.draft
        yield self.footer

    def on_mount(self) -> None:
        """Take on the theme, and bring what is behind all this."""
        self.register_theme(textual_theme(self.worn))
        self.theme = self.worn.name
        self.draft.show_mode("ask", self.ink.modes["ask"])
        self.footer.tell(self.standing)
        self.call_after_refresh(self.start, self._come_alive())

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that nobody waits for; it ends with the application."""
        self.run_worker(work)

    def act(self, name: str, argument: str = "") -> None:
        """Do what an action is for; before there is a session only leaving is."""
        if self.live is not None:
            self.live.act(name, argument)
        elif name in ("clear-or-quit", "leave", "quit"):
            self.exit(0)
        else:
            self._early_acts.append(name)

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Say something that passes."""
        self.notify(harmless(text), severity="warning" if warning else "information", timeout=6, markup=False)

    def send(self, sequence: str) -> None:
        """Write to the terminal what no widget draws."""
        if self._driver is not None:
            self._driver.write(sequence)

    def wear(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.worn = theme
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        self.ink = ink_of(theme)
        for widget in (self.chat, self.activity, self.footer):
            widget.set_ink(self.ink)
        if self.live is not None:
            self.live.wear(self.ink)

    def where(self) -> Where:
        """Where a key counts now."""
        if self.focused is self.chat:
            return "chat"
        return "side" if self.live is not None and self.live.has_side_focus() else "draft"

    async def on_event(self, event: events.Event) -> None:
        """Keys go to a search through the history first, where one is open."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.live is not None:
            if self.order.keeps(event) or self.live.seeks(event):
                return
            if self._may_open(event.key):
                focused = self.focused
                await super().on_event(event)
                self.order.hold(focused)
                return
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """The side panel stands beside the chat where there is room."""
        if self.live is not None:
            self.live.fit(event.size.width)

    def on_key(self, event: events.Key) -> None:
        """A key that what has the focus did not want: the draft's, or an action's."""
        if len(self.screen_stack) > 1:
            if self.live is not None and self.live.sheet.waiting is not None:
                self.draft.press(event)  # the whole screen of a request passes on what was typed in its grace
            return
        where = self.where()
        name = self.keymap.action_for(event.key, where)
        if self.live is None or self.live.knows(name):
            self.act(name)
        elif (event.is_printable and where != "draft") or not self.draft.has_focus:
            self._write(event)
            self.draft.press(event)
        else:
            return
        event.stop()

    def _may_open(self, key: str) -> bool:
        """Whether a key may be one that opens something."""
        if len(self.screen_stack) > 1 or (self.focused is self.draft and key in self.draft.keys):
            return False
        return self.living.knows(self.keymap.action_for(key, self.where()))

    def _write(self, event: events.Event) -> None:
        """What is typed or pasted in another pane is the draft's, and so is what follows: no letter of it acts."""
        if self.draft.display and not (isinstance(event, events.Key) and not event.is_printable):
            self.draft.focus()

    def _on_paste(self, event: events.Paste) -> None:
        if event.is_forwarded and len(self.screen_stack) == 1:
            self._write(event)
            self.draft.post_message(events.Paste(event.text))

    def _fatal_error(self) -> None:
        """End, and tell why without the values of variables: keys and hostile texts may be among them."""
        if not self._exit_renderables:
            self._exit_renderables.append(Text(f"{harmless(format_exc())}\n{FAULT}"))
        self._close_messages_no_wait()

    async def _come_alive(self) -> None:
        try:
            self.live = live = await self._load(self)
        except HeartbitError as error:
            self.fault = error
            self.exit(1)
            return
        await live.join()
        early, self._early = self._early, []
        for message in early:
            live.submitting.submitted(message)
        if self.draft.text:
            live.completing.typed(self.draft.passage.before)
        acts, self._early_acts = self._early_acts, []
        for name in acts:
            if live.knows(name):
                live.act(name, "")

    def _on_draft_submitted(self, message: Submitted) -> None:
        if self.live is not None:
            self.live.submitting.submitted(message)
        elif self._early or not self.take_early(message):
            self._early.append(message)

    def _on_draft_changed(self, message: Changed) -> None:
        self.presses.forget()
        if self.live is not None:
            self.live.typed(message)

    def _on_draft_told(self, message: Told) -> None:
        self.tell(message.text, warning=message.level != "info")

    def _hear(self, message: Message) -> None:
        if self.live is not None:
            self.live.hear(message)

    # What these widgets tell is for what comes alive later, which knows their types.
    _on_draft_wants_completion = _on_draft_menu_key = _on_menu_picked = _hear
    _on_sheet_opened = _on_sheet_emptied = _on_sheet_replied = _hear
    _on_pane_clicked = _on_pane_copied = _on_pane_followed = _hear
    _on_side_chosen = _on_reader_wished = _on_tab_row_wanted = _hear
