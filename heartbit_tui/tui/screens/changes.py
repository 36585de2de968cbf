"""Changes of files on the whole screen."""

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen

from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.screens.closing import close

HINTS = (
    "n N next and last change · t one column or two · ↑ ↓ PgUp PgDn scroll · Esc closes",
    "n N next and last change · t one column or two · Esc closes",
    "n N changes · t columns · Esc closes",
    "Esc closes",
)


class Changes(Screen[None]):
    """Shows a diff in a pane; `t` goes between one column and two."""

    AUTO_FOCUS = "Pane"
    CSS = "Changes Pane { margin: 0 0 0 1; } Changes OneLine { background: $panel; }"

    def __init__(self, source: DiffSource, ink: Ink) -> None:
        super().__init__()
        self._source = source
        self._ink = ink
        self._pane = Pane(source, ink)
        self._foot = OneLine()

    def compose(self) -> ComposeResult:
        """The diff, and its keys."""
        yield self._pane
        yield self._foot

    def on_resize(self, event: events.Resize) -> None:
        """Tell as many keys as there is room for."""
        room = event.size.width - 2
        told = next((each for each in HINTS if setting.cells(each) <= room), HINTS[-1])
        self._foot.show(setting.line((f" {told}", self._ink.muted)))

    @on(events.Key)
    def _pressed(self, event: events.Key) -> None:
        event.stop()
        page = max(self._pane.size.height - 2, 1)
        moves = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page, "space": page}
        if event.key in ("escape", "q", "ctrl+c"):
            close(self, None)
        elif event.key in moves:
            self._pane.scroll(moves[event.key])
        elif event.key == "t":
            self._source.toggle()
            self._pane.changed()
        elif event.key in ("n", "N", "home", "end"):
            self._jump(event.key)

    def _jump(self, key: str) -> None:
        rows = self._pane.view.rows
        here = rows[0].key if rows else (0, 0)
        places = {
            "n": self._source.hunk_after(here),
            "N": self._source.hunk_before(here),
            "home": self._source.first(),
            "end": self._source.last(),
        }
        if (place := places[key]) is not None:
            self._pane.to(place)
