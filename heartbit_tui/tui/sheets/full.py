"""The whole screen for what an approval is about, with the same keys."""

from collections.abc import Callable
from typing import Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.sheets import approval
from heartbit_tui.tui.sheets.body import BodySource, items
from heartbit_tui.tui.sheets.choices import Set
from heartbit_tui.tui.sheets.frame import View
from heartbit_tui.tui.sheets.subject import Subject
from heartbit_tui.tui.sheets.waiting import Ticket


class Keeper(Protocol):
    """Who keeps what waits: the sheet that this screen was opened from."""

    def takes(self, key: str, character: str | None, now: float) -> bool:
        """Take a key that was pressed at the time `now`, unless it is the draft's."""
        ...

    def picks(self, index: int, now: float) -> None:
        """Take the choice with this index."""
        ...

    def shown(self, ticket: Ticket) -> None:
        """Note that this request can be seen."""
        ...

    def fills(self, full: bool) -> None:
        """Leave the whole screen, or take it."""
        ...

    def view(self, look: Look, rows: int) -> View:
        """How things stand."""
        ...


class Full(ModalScreen[None]):
    """Shows the diff, or all else that would be used, in a pane; Esc goes back to the sheet.

    A key that neither scrolls nor is the sheet's bubbles on to the app, as it does from the sheet. `now` says when
    something was pressed.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = "Full { background: $background; layout: vertical; }"

    def __init__(
        self, keeper: Keeper, ticket: Ticket, told: Subject, ink: Ink, now: Callable[[events.Event], float]
    ) -> None:
        super().__init__()
        self.ticket = ticket
        """What is shown."""
        self._keeper = keeper
        self._told = told
        self._ink = ink
        self._now = now
        self._down = float("inf")
        self._left = False
        self._choices = Set((), ())
        self._source = BodySource(items(told))

    def compose(self) -> ComposeResult:
        """A heading, what would be done, the choices, the keys."""
        yield OneLine(id="full-head")
        yield Pane(self._source, self._ink)
        yield OneLine(id="full-choices")
        yield OneLine(id="full-keys")

    def leave(self) -> None:
        """Go away, at once or when nothing stands above any more."""
        self._left = True
        if self.is_current:
            self.dismiss(None)

    def refreshed(self) -> None:
        """Draw how things stand now."""
        if self._left or not self.is_mounted:
            return
        view = self._keeper.view(Look(max(self.size.width, 1), self._ink), self.size.height)
        if view.waiting.ticket is not self.ticket:
            return
        head, self._choices, keys = approval.around(view, self._told)
        self.query_one("#full-head", OneLine).show(head)
        self.query_one("#full-choices", OneLine).show(self._choices.lines[0] if self._choices.lines else BLANK)
        self.query_one("#full-keys", OneLine).show(keys)
        if self._source.divided != view.waiting.split:
            self._source.divided = view.waiting.split
            self.query_one(Pane).changed()

    @on(events.Mount)
    @on(events.Resize)
    def _laid_out(self) -> None:
        self.refreshed()
        self.call_after_refresh(self._keeper.shown, self.ticket)

    @on(events.ScreenResume)
    def _uncovered(self) -> None:
        if self._left:
            self.dismiss(None)

    @on(events.Key)
    def _pressed(self, event: events.Key) -> None:
        if self._moves(event.key):
            event.stop()
        elif event.key == "escape":
            event.stop()
            self._keeper.fills(False)
        elif self._keeper.takes(event.key, event.character, self._now(event)):
            event.stop()

    def _moves(self, key: str) -> bool:
        pane = self.query_one(Pane)
        page = max(pane.size.height - 1, 1)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if key in moves:
            pane.scroll(moves[key])
        elif key == "home":
            pane.to((0, 0))
        elif key == "end":
            pane.to_end()
        else:
            return False
        return True

    @on(events.MouseDown)
    def _pressed_mouse(self, event: events.MouseDown) -> None:
        self._down = self._now(event)

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        if event.widget is not self.query_one("#full-choices"):
            return
        for spot in self._choices.spots:
            if spot.row == 0 and spot.start <= event.x < spot.end:
                self._keeper.picks(spot.index, self._down)
                return
