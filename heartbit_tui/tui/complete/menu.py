"""The menu over the draft: a few rows that keys go through while the cursor stays in the draft."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from heartbit_tui.tui.complete import rows
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane import draw
from heartbit_tui.tui.pane.bar import THUMB

MOST_ROWS = 8
"""Rows that are seen at once; the others come into view with the keys."""


class Menu(Widget):
    """Shows items and which of them is chosen. It never has the focus: the application sends it the keys."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Menu {
        display: none; dock: bottom; layer: menu; height: auto; max-height: 10; width: 1fr;
        background: $panel; color: $foreground;
    }
    """

    @dataclass
    class Picked(Message):
        """A row was clicked, and is chosen now."""

        menu: "Menu"
        item: Item

    def __init__(self, ink: Ink, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ink = ink
        self._items: tuple[Item, ...] = ()
        self._longest = 0
        self._heading = ""
        self._at = 0
        self._top = 0

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose from, or a heading that says why not."""
        return bool(self._items or self._heading)

    @property
    def chosen(self) -> Item | None:
        """The item that the keys act on; None while nothing is shown."""
        return self._items[self._at] if self._items else None

    @property
    def at(self) -> int:
        """The number of the item that the keys act on."""
        return self._at

    def show(self, items: Sequence[Item], *, heading: str = "", at: int = 0) -> None:
        """Offer these items, the one at `at` chosen; without items and heading the menu closes."""
        size = self._rows
        self._items, self._heading = tuple(items), heading
        self._longest = rows.longest(self._items)
        self._at = min(max(at, 0), max(len(items) - 1, 0))
        self._top = 0
        self._into_view()
        self.display = self.is_open
        self.refresh(layout=self._rows != size)

    def hide(self) -> None:
        """Close."""
        if self.is_open:
            self.show(())

    def move(self, by: int) -> None:
        """Choose another item; one step past an end goes to the other one, a leap stops there."""
        if not self._items:
            return
        last = len(self._items) - 1
        at = self._at + by
        self._at = at % (last + 1) if abs(by) == 1 else min(max(at, 0), last)
        self._into_view()
        self.refresh()

    def stand(self, above: int) -> None:
        """Stand so many rows over the bottom of the screen: over the draft, however high that is."""
        self.styles.margin = (0, 0, max(above, 0), 0)

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self.refresh()

    @property
    def _rows(self) -> int:
        return min(len(self._items), MOST_ROWS) + bool(self._heading)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are items, eight at most, and one for the heading."""
        return self._rows

    def render_line(self, y: int) -> Strip:
        """One row, on the background of the menu or, where it is chosen, of the cursor."""
        line, at = self._line(y)
        over = self._ink.cursor if at == self._at else None
        base = self.visual_style.rich_style + over if over else self.visual_style.rich_style
        width = self.size.width
        room = max(width - 2, 0)
        edge = draw.line_of(self._edge(y))
        return Strip.join([draw.strip(line, room, base), draw.strip(edge, width - room, base + self._ink.faint)])

    def _line(self, y: int) -> tuple[Line, int | None]:
        look = Look(max(self.size.width - 2, 1), self._ink)
        y -= bool(self._heading)
        if y < 0:
            return rows.heading(self._heading, look), None
        at = self._top + y
        if at >= len(self._items):
            return BLANK, None
        labels = rows.column(self._longest, look.width)
        return rows.row(self._items[at], labels, look, chosen=at == self._at), at

    def _edge(self, y: int) -> str:
        """The scroll bar's part of a row."""
        size, seen = len(self._items), min(len(self._items), MOST_ROWS)
        y -= bool(self._heading)
        if size <= seen or y < 0:
            return ""
        height = max(seen * seen // size, 1)
        start = round(self._top * (seen - height) / (size - seen))
        return f" {THUMB}" if start <= y < start + height else ""

    def _into_view(self) -> None:
        self._top = min(max(self._top, self._at - MOST_ROWS + 1), self._at)

    async def _on_click(self, event: events.Click) -> None:
        at = self._top + event.y - bool(self._heading)
        if event.y >= bool(self._heading) and at < len(self._items):
            event.stop()
            self._at = at
            self.refresh()
            self.post_message(self.Picked(self, self._items[at]))

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)
