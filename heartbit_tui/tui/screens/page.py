"""A screen of lines to read: a title, the lines, and how to leave."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.given import Made
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.screens.closing import close

FRAME = 6
"""Rows of the screen that are left to the frame, the title and the hint."""

HINT = "Esc closes · ↑ ↓ PgUp PgDn scroll"


class Page(ModalScreen[None]):
    """Shows lines on a screen of their own; Esc, q and Enter leave it."""

    DEFAULT_CSS = """
    Page { align: center middle; }
    Page > Vertical {
        width: 90%; max-width: 110; height: auto; border: round $border; background: $surface; padding: 0 1;
    }
    """

    def __init__(self, title: str, made: Callable[[Look], Sequence[Line]], ink: Ink) -> None:
        super().__init__()
        self._title = title
        self._lines = Made(made)
        self._ink = ink

    def compose(self) -> ComposeResult:
        """A title, the lines, a hint."""
        with Vertical():
            yield OneLine(setting.line((self._title, self._ink.heading)), id="page-title")
            yield Pane(self._lines, self._ink)
            yield OneLine(setting.line((HINT, self._ink.faint)), id="page-hint")

    def on_resize(self, event: events.Resize) -> None:
        """Be as high as what is told, as far as the screen goes."""
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Be as high as the lines are."""
        pane = self.query_one(Pane)
        wanted = len(self._lines.all(pane.look)) + 1
        pane.styles.height = min(wanted, max(self.size.height - FRAME, 1))

    def on_key(self, event: events.Key) -> None:
        """Scroll, or leave."""
        pane = self.query_one(Pane)
        moves = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -pane.size.height, "pagedown": pane.size.height}
        if event.key in ("escape", "q", "enter", "ctrl+c"):
            close(self, None)
        elif event.key in moves:
            pane.scroll(moves[event.key])
        elif event.key == "home" and pane.view.rows:
            pane.to((0, 0))
        elif event.key == "end":
            pane.to_end()
        else:
            return
        event.stop()
