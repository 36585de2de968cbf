"""The widget beside the chat: two panes, one of what happens, one of what is known."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.given import Made
from heartbit_tui.tui.pane.pane import EDGE, Pane
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.side.facts import Facts, lines
from heartbit_tui.tui.timeline.choose import Choice
from heartbit_tui.tui.timeline.source import Rows
from heartbit_tui.tui.timeline.timeline import Timeline

WIDTH = 40
"""Columns of the panel."""

BESIDE = 100
"""Columns of the screen from which the panel stands beside the chat."""


class Side(Vertical):
    """The timeline, following what happens, over a list of what is to be done and how full the context is."""

    DEFAULT_CSS = f"""
    Side {{ width: {WIDTH}; height: 1fr; border-left: solid $border; background: $background; padding: 0 0 0 1; }}
    Side.-over {{ layer: over; dock: right; background: $panel; border-left: tall $border; }}
    Side > #timeline {{ height: 1fr; }}
    Side > #facts {{ height: 0; }}
    """

    @dataclass
    class Chosen(Message):
        """A person wants to see this call in the chat."""

        call: str

    def __init__(self, timeline: Timeline, ink: Ink, *, calm: bool = False, id: str | None = "side") -> None:
        super().__init__(id=id)
        self._rows = Rows(timeline)
        self._facts = Facts()
        self._lines = Made(lambda look: lines(Facts(), look))
        self._timeline_pane = Pane(self._rows, ink, id="timeline", follow=True, calm=calm, focus=True)
        self._facts_pane = Pane(self._lines, ink, id="facts", calm=calm)

    def compose(self) -> ComposeResult:
        """One over the other."""
        yield self._timeline_pane
        yield self._facts_pane

    def touched(self) -> None:
        """The timeline has changed."""
        self._timeline_pane.changed()

    def show(self, facts: Facts) -> None:
        """Tell what is known now."""
        if facts != self._facts:
            self._facts = facts
            self._lines.show(lambda look: lines(facts, look))
            self._fit()

    def show_timeline(self, timeline: Timeline) -> None:
        """Follow another session."""
        self._rows = Rows(timeline)
        self._timeline_pane.set_source(self._rows, follow=True)

    def sift(self, choice: Choice) -> None:
        """Show the rows that pass alone."""
        if choice != self._rows.choice:
            self._rows.choice = choice
            self._timeline_pane.set_source(self._rows, follow=True)

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._timeline_pane.set_ink(ink)
        self._facts_pane.set_ink(ink)

    def move(self, by: int) -> None:
        """Move the cursor by rows; from nowhere it goes to the newest."""
        pane, source = self._timeline_pane, self._rows
        key = pane.cursor
        if key is None:
            key = source.last()
        else:
            for _ in range(abs(by)):
                key = (source.after(key) if by > 0 else source.before(key)) or key
        pane.cursor = key

    def leave(self) -> None:
        """Take the cursor away, and follow the end again."""
        self._timeline_pane.cursor = None
        self._timeline_pane.to_end()

    @property
    def call(self) -> str:
        """The call under the cursor, empty for none."""
        row = self._rows.row(self._timeline_pane.cursor)
        return row.id if row is not None and row.kind == "call" else ""

    @property
    def agent(self) -> str:
        """Whose row is under the cursor, as the timeline names it; empty for the session's own agent, and for none."""
        row = self._rows.row(self._timeline_pane.cursor)
        return row.agent if row is not None else ""

    def choose(self) -> None:
        """Ask for the call under the cursor to be shown in the chat."""
        self._choose(self._timeline_pane.cursor)

    def on_resize(self) -> None:
        """Give each half its room."""
        self.call_after_refresh(self._fit)

    @on(Pane.Clicked)
    def _clicked(self, event: Pane.Clicked) -> None:
        event.stop()
        if event.pane is self._timeline_pane:
            self._choose(event.key)

    def _choose(self, key: Key | None) -> None:
        row = self._rows.row(key)
        if row is not None and row.kind == "call":
            self.post_message(self.Chosen(row.id))

    def _fit(self) -> None:
        """The lower half takes what it needs, but never more than half."""
        if not self.is_mounted or self.size.width <= EDGE:
            return
        needed = len(self._lines.all(self._facts_pane.look))
        height = min(needed, max(self.size.height // 2, 1))
        if self._facts_pane.styles.height is None or self._facts_pane.styles.height.value != height:
            self._facts_pane.styles.height = height
        self._facts_pane.changed()
