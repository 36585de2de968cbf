"""The timeline on a screen of its own: everything in columns, filtered, opened, and a way back into the chat."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from heartbit_tui.client.titles import span
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.screens.closing import close
from heartbit_tui.tui.status.figures import money
from heartbit_tui.tui.timeline.choose import choice
from heartbit_tui.tui.timeline.rows import Totals
from heartbit_tui.tui.timeline.source import Details, Rows
from heartbit_tui.tui.timeline.timeline import Timeline

HINTS = (
    "Enter shows it in the chat · Space opens · / filters · f failed · a its agent · Esc closes",
    "Enter shows it in the chat · Space opens · / filters · f failed · Esc closes",
    "Enter chat · Space opens · / filters · Esc",
    "Enter · / · Esc",
)
FILTERING = (
    "words, or tool:bash state:failed agent:main · Enter keeps · Esc clears",
    "tool:bash state:failed agent:main · Enter · Esc",
    "Enter keeps · Esc clears",
    "",
)

FREE = 8
"""Cells beside the words of a filter that stay free, so that more can be seen to be typed."""


class TimelineScreen(ModalScreen[str | None]):
    """Shows a timeline until a call is chosen (its id is the result) or it is closed (None)."""

    DEFAULT_CSS = """
    TimelineScreen { background: $background; }
    TimelineScreen > Vertical { width: 100%; height: 100%; background: $background; padding: 0 1; }
    """

    def __init__(
        self,
        timeline: Timeline,
        ink: Ink,
        *,
        details: Details | None = None,
        shade: Callable[[], int] = int,
        now: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.follow: Callable[[str], None] | None = None
        """Called with the agent of a row that is not the session's own, where a person wants to see it."""
        self._timeline = timeline
        self._ink = ink
        self._now = now
        self._rows = Rows(timeline, wide=True, details=details, shade=shade, now=now, zone=zone)
        self._pane = Pane(self._rows, ink, id="rows", follow=True)
        self._head = OneLine(id="totals")
        self._foot = OneLine(id="hints")
        self._filter = ""
        self._typing = False

    def compose(self) -> ComposeResult:
        """Totals, rows, keys."""
        with Vertical():
            yield self._head
            yield self._pane
            yield self._foot

    def on_mount(self) -> None:
        """Begin at the newest."""
        self._tell()
        self.call_after_refresh(lambda: self._aim(self._rows.last()))

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new width."""
        self.call_after_refresh(self._tell)

    def touched(self) -> None:
        """The timeline has changed."""
        self._pane.changed()
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """Filter, move, open, choose, leave."""
        event.stop()
        if self._typing:
            self._type(event)
        else:
            self._act(event.key)

    @on(Pane.Clicked)
    def _clicked(self, event: Pane.Clicked) -> None:
        event.stop()
        if event.double:
            self._choose(event.key)
        else:
            self._aim(event.key)

    def _act(self, key: str) -> None:
        page = max(self._pane.size.height - 1, 1)
        moves = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page}
        if key in moves:
            self._move(moves[key])
        elif key in ("home", "g", "end", "G"):
            self._aim(self._rows.first() if key in ("home", "g") else self._rows.last())
        elif key == "enter":
            self._choose(self._pane.cursor)
        elif key in ("space", "o", "right", "left"):
            self._open()
        elif key in ("slash", "f"):
            self._typing = key == "slash"
            self._take("" if self._filter == "failed" else "failed" if key == "f" else self._filter)
        elif key == "escape" and self._filter:
            self._take("")
        elif key == "a":
            self._follow_row()
        elif key in ("escape", "q", "ctrl+c"):
            close(self, None)

    def _follow_row(self) -> None:
        row = self._rows.row(self._pane.cursor)
        if row is not None and row.agent and self.follow is not None:
            close(self, None)
            self.follow(row.agent)

    def _type(self, event: events.Key) -> None:
        if event.key in ("enter", "escape", "ctrl+c"):
            self._typing = False
            self._take(self._filter if event.key == "enter" else "")
        elif event.key == "backspace":
            self._take(self._filter[:-1])
        elif event.key == "ctrl+u":
            self._take("")
        elif event.is_printable and event.character:
            self._take(self._filter + event.character)

    def _take(self, text: str) -> None:
        """Show the rows that pass; the cursor stays, or goes to the newest of them."""
        self._filter = text
        self._rows.choice = choice(text)
        key = self._pane.cursor
        near = self._rows.before((key[0] + 1, 0)) if key else None
        self._pane.set_source(self._rows, follow=False)
        self._aim(near or self._rows.last())
        self._tell()

    def _move(self, by: int) -> None:
        key = self._pane.cursor
        for _ in range(abs(by)):
            following = key and (self._rows.after(key) if by > 0 else self._rows.before(key))
            if following is None:
                break
            key = following
        self._aim(key or self._rows.last())

    def _aim(self, key: Key | None) -> None:
        self._pane.cursor = key

    def _open(self) -> None:
        key = self._pane.cursor
        if key is not None:
            self._rows.fold(key)
            self._pane.changed()
            self._pane.cursor = key

    def _choose(self, key: Key | None) -> None:
        row = self._rows.row(key)
        if row is not None and row.kind == "call":
            close(self, row.id)

    def _tell(self) -> None:
        width, ink = max(self._head.size.width, 1), self._ink
        now = self._now() if self._now else None
        self._head.show(head(self._timeline.totals(now), width, ink))
        if self._typing or self._filter:
            left = [("/ ", ink.accent), (setting.clean(self._filter), ink.text), ("▏", ink.accent)]
            room = width - setting.cells(self._filter) - FREE
            told = next((each for each in FILTERING if setting.cells(each) <= room), "")
            right = [(told if self._typing else "Esc shows all", ink.faint)]
            self._foot.show(setting.beside(left if self._typing else left[:2], right, width, ink.text))
        else:
            hint = next((each for each in HINTS if setting.cells(each) <= width), HINTS[-1])
            self._foot.show(setting.fitted([(hint, ink.faint)], width))


def head(totals: Totals, width: int, ink: Ink) -> Line:
    """Where the time and the money went; what waited for the person is told apart from what worked."""
    calls = f"{totals.calls} {'call' if totals.calls == 1 else 'calls'}"
    parts = [
        ("Timeline", ink.heading),
        (f"  {calls}", ink.text),
        (f", {totals.failed} failed" if totals.failed else "", ink.error),
        (f"  model {span(totals.model)}", ink.muted),
        (f" · tools {span(totals.tools)}", ink.muted),
        (f" · you {span(totals.person)}" if totals.person else "", ink.warning),
        (f"  +{totals.added}" if totals.added else "", ink.ok),
        (f" -{totals.removed}" if totals.removed else "", ink.error),
        (f"  {money(totals.cost, unpriced=bool(totals.unpriced))}" if totals.turns else "", ink.muted),
        (f"  about {money(totals.saved)} saved" if totals.saved > 0 else "", ink.ok),
    ]
    return setting.fitted([part for part in parts if part[0]], width)
