"""Draws a passage in a box that grows with it, and knows which place of it a cell shows."""

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style as RichStyle
from textual import events
from textual.color import Color
from textual.content import Content
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from heartbit_tui.client.visible import harmless, one_line
from heartbit_tui.tui.draft.layout import Layout
from heartbit_tui.tui.draft.motions import line_end, line_start, word_at
from heartbit_tui.tui.draft.painting import ABOVE, BELOW, SIGN, Paint, drawn, placeholder, strip
from heartbit_tui.tui.draft.passage import Passage, moved

ROWS = 10
"""The most rows that the box shows; a low screen shows a third of its height."""

NARROW = 16
"""Cells below which the sign before the text is left out."""


class Paper(Widget, can_focus=True):
    """A box with text and a cursor: `show` sets what it shows, `place` is where the mouse went."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Paper {
        height: 3;
        width: 1fr;
        border: round $border-blurred;
        padding: 0 1;
        color: $foreground;
        pointer: text;
        border-title-align: left;
        border-subtitle-align: right;
        border-subtitle-color: $text-muted;
        & .draft--sign { color: $primary; text-style: bold; }
        & .draft--chip { color: $accent; text-style: bold; }
        & .draft--selection { background: $input-selection-background; }
        & .draft--cursor { text-style: reverse; }
        & .draft--placeholder { color: $text-muted; }
        &:focus { border: round $border; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "draft--sign",
        "draft--chip",
        "draft--selection",
        "draft--cursor",
        "draft--placeholder",
    }

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._placeholder = self._usual = one_line(placeholder, 200)
        self.shown = Passage()
        self._labels: Mapping[str, str] = {}
        self._layout = Layout("", 1, {})
        self._marked: tuple[int, int] | None = None
        self._top = 0
        self._goal: int | None = None
        self._dragging = False
        self._paint: Paint | None = None

    def invite(self, words: str = "") -> None:
        """Ask for something else than usual while nothing is written; empty for what is usual."""
        told = one_line(words, 200) or self._usual
        if told != self._placeholder:
            self._placeholder = told
            self.refresh()

    def show(
        self, passage: Passage, labels: Mapping[str, str] | None = None, marked: tuple[int, int] | None = None
    ) -> None:
        """Draw this passage, with these labels for the characters that are chips; None keeps them.

        `marked` is drawn as selected in place of the passage's own selection, with the cursor in it.
        """
        labels = self._labels if labels is None else labels
        before, old = self.shown, self._layout
        plain = marked is None and self._marked is None
        self._marked = marked
        if passage.text != before.text or labels != self._labels:
            self._layout = Layout(passage.text, self._room, labels)
        self.shown, self._labels, self._goal = passage, labels, None
        self._settle()
        if plain:
            self._redraw(before, old)
        else:
            self.refresh()

    def place(self, passage: Passage) -> None:
        """The mouse wants the cursor or the selection here."""
        self.show(passage)

    def vertical(self, passage: Passage, by: int) -> int | None:
        """The place so many rows above (-1) or below (1) the cursor; None where the text ends."""
        row, column = self._layout.place(passage.cursor)
        if not 0 <= row + by < len(self._layout.rows):
            return None
        self._goal = column if self._goal is None else self._goal
        return self._layout.at(row + by, self._goal)

    def show_title(self, words: str, style: RichStyle) -> None:
        """Words in the upper border, which has the colour of their style."""
        self.border_title = _styled(words, style) if words else None
        if style.color is not None:
            self.styles.border = ("round", Color.from_rich_color(style.color))

    def show_hint(self, *words: tuple[str, RichStyle]) -> None:
        """Words in the lower border: hints, or how much is queued."""
        self.border_subtitle = Content.assemble(*(_styled(text, style) for text, style in words)) if words else None

    def render_line(self, y: int) -> Strip:
        """One row of the text."""
        paint, width, number = self._paints, self.content_size.width, self._top + y
        sign = self._sign(number) if self._indent else ""
        if number >= len(self._layout.rows):
            return strip(sign, [], width, paint)
        if not self.shown.text:
            parts = placeholder(self._placeholder, self._room + 1, paint, focused=self.has_focus)
            return strip(sign, parts, width, paint)
        parts = drawn(
            self._layout, self._layout.rows[number], self.shown, paint, focused=self.has_focus, marked=self._marked
        )
        return strip(sign, parts, width, paint)

    def _sign(self, number: int) -> str:
        """What stands before a row: where the text begins, and whether there is more above or below."""
        if number == self._top and self._top:
            return ABOVE
        more = number == self._top + self.content_size.height - 1 and number < len(self._layout.rows) - 1
        return BELOW if more else SIGN if number == 0 else " " * len(SIGN)

    def notify_style_update(self) -> None:
        """The theme or a class changed."""
        self._paint = None
        super().notify_style_update()

    @property
    def _indent(self) -> int:
        return len(SIGN) if self.content_size.width >= NARROW else 0

    @property
    def _room(self) -> int:
        """Cells for text; the last one is kept for the cursor after a full row."""
        return max(self.content_size.width - self._indent - 1, 1)

    @property
    def _most(self) -> int:
        return max(min(ROWS, self.screen.size.height // 3), 1)

    @property
    def _paints(self) -> Paint:
        if self._paint is None:
            names = ("sign", "chip", "selection", "placeholder")
            styles = {name: self.get_component_rich_style(f"draft--{name}") for name in names}
            cursor = self.get_component_rich_style("draft--cursor", partial=True)
            self._paint = Paint(text=self.rich_style, cursor=cursor, **styles)
        return self._paint

    def _settle(self) -> None:
        """Bring the cursor into view, and let the box grow or shrink."""
        if not self.is_attached or not self.content_size.width:
            return
        rows, row = min(len(self._layout.rows), self._most), self._layout.place(self.shown.cursor)[0]
        top = min(max(self._top, row - rows + 1), row, max(len(self._layout.rows) - rows, 0))
        if top != self._top:
            self._top = top
            self.refresh()
        if rows + 2 != self.outer_size.height:
            self.styles.height = rows + 2
            self.call_after_refresh(self._place_cursor)
        self._place_cursor()

    def _redraw(self, before: Passage, old: Layout) -> None:
        """Draw the rows anew whose text has changed, and those that the cursor left and came to."""
        grown = len(old.rows) != len(self._layout.rows)
        if grown or before.selected or self.shown.selected or not (before.text and self.shown.text):
            self.refresh()
            return
        visible = range(self._top, self._top + self.content_size.height)
        changed = {row for row in visible if old.row_text(row) != self._layout.row_text(row)}
        changed |= {old.place(before.cursor)[0], self._layout.place(self.shown.cursor)[0]}
        width = self.content_size.width
        self.refresh(*(Region(0, row - self._top, width, 1) for row in sorted(changed & {*visible})))

    def _place_cursor(self) -> None:
        """Put the terminal's own cursor, where input methods draw, onto ours."""
        if self.has_focus:
            row, column = self._layout.place(self.shown.cursor)
            region = self.content_region
            self.app.cursor_position = Offset(  # pyright: ignore[reportUnknownMemberType] Textual knows no app's result
                region.x + self._indent + column, region.y + row - self._top
            )

    def _on_resize(self, event: events.Resize) -> None:
        self._layout = Layout(self.shown.text, self._room, self._labels)
        self._settle()
        self.refresh()

    def _on_focus(self, event: events.Focus) -> None:
        self.refresh()
        self._place_cursor()

    def _on_blur(self, event: events.Blur) -> None:
        self.refresh()

    def _under(self, event: events.MouseEvent) -> int:
        offset = event.get_content_offset_capture(self)
        return self._layout.at(self._top + offset.y, offset.x - self._indent)

    async def _on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self._dragging = True
            self.capture_mouse()
            self.place(moved(self.shown, self._under(event), select=event.shift))

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging and (at := self._under(event)) != self.shown.cursor:
            self.place(moved(self.shown, at, select=True))

    async def _on_mouse_up(self, event: events.MouseUp) -> None:
        self._dragging = False
        self.release_mouse()

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -1)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 1)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        most = len(self._layout.rows) - self.content_size.height
        if most > 0:
            event.stop()
            self._top = min(max(self._top + by, 0), most)
            self.refresh()

    async def _on_click(self, event: events.Click) -> None:
        if event.shift or event.chain < 2:
            return
        text, at = self.shown.text, self._under(event)
        start, end = word_at(text, at) if event.chain == 2 else (line_start(text, at), line_end(text, at))
        self.place(Passage(text, end, start))


def _styled(text: str, style: RichStyle) -> Content:
    """Words for a border, never read as markup."""
    return Content.styled(harmless(text).replace("\n", " ").expandtabs(1), Style.from_rich_style(style))
