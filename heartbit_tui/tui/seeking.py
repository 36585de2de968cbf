"""Ctrl+R: the keys of a search through what was typed before, while the draft keeps the focus."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual import events

from heartbit_tui.tui.complete.history import Entry, HistorySearch, Scope
from heartbit_tui.tui.library import Library

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

MOVES: Mapping[str, int] = MappingProxyType(
    {"up": 1, "ctrl+r": 1, "ctrl+p": 1, "pageup": 8, "down": -1, "ctrl+n": -1, "pagedown": -8}
)
"""Older ones are further up in time, which is further down in the list."""


class _Past:
    """What was typed: in this session by its transcript, before by the index of sessions."""

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app

    async def entries(self, scope: Scope) -> Sequence[Entry]:
        app = self._app
        if scope == "session":
            said = [prompt.text for _, prompt in app.talk.story.transcript.prompts()]
            return [Entry(text=text) for text in reversed(said)]
        if app.talk.options.ephemeral or app.talk.options.demo:
            return [Entry(text=text) for text in reversed(app.living.setup.history.entries())]
        return [Entry(text=text) for text in await Library(app.living.setup.options).typed(everywhere=scope == "all")]


class Seeking:
    """Takes the keys while the search is open."""

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app
        self._search = HistorySearch(app.living.menu, _Past(app))

    @property
    def is_open(self) -> bool:
        """Whether a search goes on."""
        return self._search.is_open

    def begin(self) -> None:
        """Search from what is being written."""
        self._app.living.menu.stand(self._app.draft.outer_size.height + 1)
        self._search.begin(self._app.draft.text)
        self._app.start(self._search.read())

    def press(self, event: events.Key) -> None:
        """Take a key."""
        search = self._search
        if event.key in MOVES:
            search.move(MOVES[event.key])
        elif event.key in ("enter", "tab", "right"):
            self._app.draft.set_text(search.accept())
        elif event.key in ("escape", "ctrl+c", "ctrl+g"):
            search.cancel()
        elif event.key == "ctrl+s":
            self._app.start(search.widen())
        elif event.key == "backspace":
            search.ask(search.query[:-1])
        elif event.key == "ctrl+u":
            search.ask("")
        elif event.character is not None and event.is_printable:
            search.ask(search.query + event.character)
