"""The screen of a replay: the chat and the side panel as they were, and a row to play, pause, step and jump."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from textual import events
from textual.message import Message

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.live import Live
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.view.client import Replay
from heartbit_tui.tui.view.controls import controls, lanes, typed
from heartbit_tui.tui.view.player import Passes, Player
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.sift import Sieve, is_error, passes, rows, sieve

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "space": "play",
        "right": "step",
        "full_stop": "step",
        "left": "back",
        "comma": "back",
        "n": "error",
        "N": "error_back",
        "a": "agent",
        "A": "agent_back",
        "slash": "filter",
        "f": "errors",
        "plus": "faster",
        "equals_sign": "faster",
        "minus": "slower",
        "home": "start",
        "end": "end",
        "q": "leave",
    }
)
"""What the keys of a replay do."""


ALL = Sieve()


def _wrong(envelope: Envelope) -> bool:
    return is_error(envelope.event)


class ViewApp(HeartbitApp):
    """Shows what a player plays; there is no draft, because nothing can be said."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    CSS_PATH = "../app.tcss"

    def __init__(
        self,
        setup: Setup,
        talks: Talks,
        player: Player,
        replay: Replay,
        reader: Reader | None = None,
        *,
        wanted: Sieve = ALL,
    ) -> None:
        async def load(app: HeartbitApp) -> Live:
            return _Live(self, setup, talks)

        super().__init__(setup.theme, load, calm=setup.wishes.calm)
        self._player = player
        self._replay = replay
        self._reader = reader
        self._sieve = wanted
        self._typing: str | None = None
        self._said = ""
        self._row = OneLine(id="controls")
        self._lanes = OneLine(id="lanes")
        self._acts: Mapping[str, Callable[[], None]] = MappingProxyType(
            {
                "play": player.play,
                "step": self._step,
                "back": self._back,
                "error": lambda: self._seek(_wrong, player.ahead, "no error"),
                "error_back": lambda: self._seek(_wrong, player.behind, "no error"),
                "agent": lambda: self._seek(self._of_another, player.ahead, "no other agent"),
                "agent_back": lambda: self._seek(self._of_another, player.behind, "no other agent"),
                "filter": lambda: self._type(str(self._sieve)),
                "errors": lambda: self._sift(replace(self._sieve, errors=not self._sieve.errors)),
                "faster": lambda: player.faster(1),
                "slower": lambda: player.faster(-1),
                "start": lambda: self._jump(0),
                "end": lambda: self._jump(player.state.of),
                "leave": lambda: self.exit(0),
            }
        )

    def on_mount(self) -> None:
        """Put the row of the replay in the draft's place."""
        self.draft.display = False
        self._row.styles.margin = self._lanes.styles.margin = (0, 1)
        self.mount(self._lanes, self._row, before=self.footer)

    def on_key(self, event: events.Key) -> None:
        """The replay's own keys first, then those of the chat; what would be typed goes nowhere."""
        if len(self.screen_stack) > 1:
            return
        event.prevent_default()
        event.stop()
        name = KEYS.get(event.key)
        self._said = ""
        if self._typing is not None:
            self._letter(self._typing, event)
            self.show_state()
        elif name is not None:
            self._acts[name]()
            self._replay.touched()
            self.show_state()
        elif (
            (action := self.keymap.action_for(event.key, "chat")) and self.live is not None and self.live.knows(action)
        ):
            self.act(action)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the row to the new width."""
        self.call_after_refresh(self.show_state)

    def begin(self) -> None:
        """Stop from the beginning at what was asked for with the command."""
        self._sift(self._sieve)

    def show_state(self) -> None:
        """Tell where the replay is."""
        left_out = self._reader.left_out if self._reader else 0
        width = max(self.size.width - 2, 1)
        self._lanes.display = len(self._player.agents) > 1
        self._lanes.show(lanes(self._player.agents, self._player.last, width, self.ink))
        if self._typing is not None:
            self._row.show(typed(self._typing, width, self.ink))
            return
        said = self._said or (f"/ {self._sieve}" if not self._sieve.all else "")
        self._row.show(controls(self._player.state, width, self.ink, left_out=left_out, said=said))

    def _step(self) -> None:
        if self._sieve.all:
            self._player.step()
        else:
            self._seek(self._passes, self._player.ahead, "no further one")

    def _back(self) -> None:
        if self._sieve.all:
            self._jump(self._player.before())
        else:
            self._seek(self._passes, self._player.behind, "none before")

    def _seek(self, stops: Passes, look: Callable[[Passes], int | None], otherwise: str) -> None:
        """Pause at another envelope, or say that there is none."""
        self._player.play(False)
        place = look(stops)
        if place is None:
            self._said = otherwise
        else:
            self._jump(place)

    def _passes(self, envelope: Envelope) -> bool:
        return passes(envelope, self._sieve)

    def _of_another(self, envelope: Envelope) -> bool:
        """Whether an event is of another agent than the one where the replay is."""
        last = self._player.last
        return passes(envelope, replace(self._sieve, agent="")) and envelope.agent != (last.agent if last else "")

    def _type(self, text: str) -> None:
        self._typing = text

    def _letter(self, text: str, event: events.Key) -> None:
        """A key while the filter is typed."""
        if event.key in ("enter", "escape", "ctrl+c"):
            self._typing = None
            self._sift(sieve(text if event.key == "enter" else ""))
        elif event.key in ("backspace", "ctrl+u"):
            self._typing = text[:-1] if event.key == "backspace" else ""
        elif event.is_printable and event.character:
            self._typing = text + event.character

    def _sift(self, wanted: Sieve) -> None:
        """Stop at what passes alone, and list no other calls."""
        self._sieve = wanted
        if self.live is not None:
            self.live.side.sift(rows(wanted, self._player.agents[0] if self._player.agents else ""))

    def _jump(self, to: int) -> None:
        """Go to a place; what lies before is told anew from the beginning."""
        if self._player.jump(to) and self.live is not None:
            talk = self.talk
            talk.story = Story()
            talk.story.take(self._player.shown)
            talk.asked.clear()
            talk.book = Book(talk.story.transcript, cwd=str(self.folder), tints=talk.tints)
            self._replay.again()
            self.live.talks.changed(talk)


class _Live(Live):
    """What comes alive of a replay: all but the draft."""

    def __init__(self, app: ViewApp, setup: Setup, talks: Talks) -> None:
        super().__init__(app, setup, talks)
        self._view = app

    async def join(self) -> None:
        """Stand on the screen, and tell how far it is whenever there is news."""
        await super().join()
        self.talks.changed = self._changed
        self._view.begin()
        self._view.show_state()

    def hear(self, message: Message) -> None:
        """Do what a widget tells; whatever was asked, there is no draft to come back to."""
        super().hear(message)
        self._view.draft.display = False
        if self._view.draft.has_focus:
            self._view.set_focus(None)

    def _changed(self, talk: Talk) -> None:
        self.bridge.changed(talk)
        self._view.show_state()
