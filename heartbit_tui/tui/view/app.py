"""The screen of a replay: the chat and the side panel as they were, and a row to play, pause, step and jump."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

from textual import events

from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.live import Live
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.talk.talk import Talk
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.view.client import Replay
from heartbit_tui.tui.view.controls import controls
from heartbit_tui.tui.view.player import Player
from heartbit_tui.tui.view.read import Reader

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "space": "play",
        "right": "step",
        "full_stop": "step",
        "left": "back",
        "comma": "back",
        "plus": "faster",
        "equals_sign": "faster",
        "minus": "slower",
        "home": "start",
        "end": "end",
        "q": "leave",
    }
)
"""What the keys of a replay do."""


class ViewApp(HeartbitApp):
    """Shows what a player plays; there is no draft, because nothing can be said."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    CSS_PATH = "../app.tcss"

    def __init__(
        self, setup: Setup, talks: Talks, player: Player, replay: Replay, reader: Reader | None = None
    ) -> None:
        async def load(app: HeartbitApp) -> Live:
            return _Live(self, setup, talks)

        super().__init__(setup.theme, load, calm=setup.wishes.calm)
        self._player = player
        self._replay = replay
        self._reader = reader
        self._row = OneLine(id="controls")
        self._acts: Mapping[str, Callable[[], None]] = MappingProxyType(
            {
                "play": player.play,
                "step": player.step,
                "back": lambda: self._jump(player.before()),
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
        self._row.styles.margin = (0, 1)
        self.mount(self._row, before=self.footer)

    def on_key(self, event: events.Key) -> None:
        """The replay's own keys first, then those of the chat; what would be typed goes nowhere."""
        if len(self.screen_stack) > 1:
            return
        event.prevent_default()
        event.stop()
        name = KEYS.get(event.key)
        if name is not None:
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

    def show_state(self) -> None:
        """Tell where the replay is."""
        left_out = self._reader.left_out if self._reader else 0
        self._row.show(controls(self._player.state, max(self.size.width - 2, 1), self.ink, left_out=left_out))

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
        self._view.show_state()

    def _changed(self, talk: Talk) -> None:
        self.bridge.changed(talk)
        self._view.show_state()
