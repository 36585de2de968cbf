"""The widget that shows a source: one size, one offset of its own, and only what is in view is ever drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import events, on
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane import bar, draw, select
from heartbit_tui.tui.pane.select import Selection, Spot
from heartbit_tui.tui.pane.source import Key, Source
from heartbit_tui.tui.pane.window import Row, Top, View, Window

WHEEL = 3
"""Lines that one notch of a mouse wheel moves."""

EDGE = 2
"""Cells at the right for the scroll bar and the space before it."""


class Pane(Widget):
    """Shows a `Source`. While `following` is true the end stays in view, whatever comes.

    It draws all of its own area, so borders and padding belong to a container around it.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    @dataclass
    class Copied(Message):
        """The person marked text; `text` is what a copy of it gives."""

        text: str

    @dataclass
    class Clicked(Message):
        """A piece was clicked; `line` is the line under the mouse and `cell` the cell of it."""

        pane: "Pane"
        key: Key
        line: Line
        cell: int
        double: bool

    @dataclass
    class Followed(Message):
        """The pane has begun, or ceased, to follow the end."""

        pane: "Pane"
        following: bool

    def __init__(
        self,
        source: Source,
        ink: Ink,
        *,
        id: str | None = None,
        follow: bool = False,
        calm: bool = False,
        focus: bool = False,
    ) -> None:
        super().__init__(id=id)
        self.can_focus = focus
        self._source = source
        self._ink = ink
        self._calm = calm
        self._follow = follow
        self._view = View()
        self._cursor: Key | None = None
        self._needle: re.Pattern[str] | None = None
        self._badge = BLANK
        self._marked: Selection | None = None
        self._drag: Spot | None = None
        self._grabbed = False
        self._strips: dict[tuple[int, bool], tuple[Line, Strip]] = {}
        self._base = Style.null()
        self._filters: list[tuple[LineFilter, Color]] = []
        self._last_thumb = (0, 0)

    @property
    def look(self) -> Look:
        """How the lines of the source are to look now."""
        return Look(max(self.size.width - EDGE, 1), self._ink, self._calm)

    @property
    def following(self) -> bool:
        """Whether the end stays in view."""
        return self._follow

    @property
    def view(self) -> View:
        """What is in view."""
        return self._view

    @property
    def cursor(self) -> Key | None:
        """The piece that the keys act on; setting it brings the piece into view."""
        return self._cursor

    @cursor.setter
    def cursor(self, key: Key | None) -> None:
        old, self._cursor = self._cursor, key
        if key is not None and self._is_laid_out:
            self._show(self._window.around(self._view, key))
        self._redraw_keys({old, key})

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._strips.clear()
        self.changed()
        self.refresh()

    def set_source(self, source: Source, *, follow: bool | None = None) -> None:
        """Show another source, from its beginning or, following, its end."""
        self._source = source
        self._follow = self._follow if follow is None else follow
        self._marked = self._cursor = None
        self._view = View()
        self.changed()
        self.refresh()

    def find(self, needle: re.Pattern[str] | None) -> None:
        """Mark what the pattern matches wherever it is in view."""
        self._needle = needle
        self._strips.clear()
        self.refresh()

    def set_badge(self, line: Line) -> None:
        """Show a few words at the right end of the last row, over what stands there."""
        if line != self._badge:
            self._badge = line
            self._refresh_row(self.size.height - 1)

    def changed(self) -> None:
        """The source has changed: lay it out anew, and redraw the rows that are different."""
        if not self._is_laid_out:
            return
        top = self._view.top
        follows = self._follow or top is None
        self._show(self._window.at(top) if top is not None and not follows else self._start())

    def scroll(self, by: int) -> None:
        """Move by so many lines, down or (negative) up; upwards stops following, the end begins it."""
        top = self._view.top
        if top is None or not self._is_laid_out:
            return
        self._show(self._window.at(self._window.moved(top, by)))
        self._set_following(self._view.at_end and by > 0 and not (self._view.at_start and not self._follow))

    def to(self, key: Key, line: int = 0) -> None:
        """Begin with this piece, or with one of its lines."""
        if self._is_laid_out:
            self._set_following(False)
            self._show(self._window.at(Top(key, line)))

    def to_end(self) -> None:
        """Show the end, and follow it."""
        self._set_following(True)
        self.changed()

    def select_none(self) -> None:
        """Take the mark away."""
        self._mark(None)

    @property
    def _is_laid_out(self) -> bool:
        return self.is_mounted and self.size.height > 0 and self.size.width > EDGE

    @property
    def _window(self) -> Window:
        return Window(self._source, self.look, self.size.height)

    def _start(self) -> View:
        if self._follow:
            return self._window.end()
        first = self._source.first()
        return self._window.at(Top(first)) if first is not None else View()

    def _show(self, view: View) -> None:
        old, self._view = self._view, view
        changed = [y for y in range(self.size.height) if _differs(old.rows[y : y + 1], view.rows[y : y + 1])]
        width, height = self.size
        if len(changed) > height // 2:
            self.refresh()
        elif changed or self._thumb() != self._last_thumb:
            self.refresh(Region(width - EDGE, 0, EDGE, height), *(Region(0, y, width, 1) for y in changed))

    def _set_following(self, following: bool) -> None:
        if following != self._follow:
            self._follow = following
            self.post_message(self.Followed(self, following))

    def _redraw_keys(self, keys: set[Key | None]) -> None:
        for y, row in enumerate(self._view.rows):
            if row.key in keys:
                self._refresh_row(y)

    def _refresh_row(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in view as strips."""
        self._base = self.visual_style.rich_style
        self._filters = [(each, self.background_colors[1]) for each in self.get_line_filters()]
        first, last = self._last_thumb = self._thumb()
        kept: dict[tuple[int, bool], tuple[Line, Strip]] = {}
        found = [self._row(y, first <= y < last, kept) for y in range(crop.y, crop.bottom)]
        self._strips = kept
        whole = crop.x == 0 and crop.width == self.size.width
        return found if whole else [strip.crop(crop.x, crop.right) for strip in found]

    def _row(self, y: int, on_thumb: bool, kept: dict[tuple[int, bool], tuple[Line, Strip]]) -> Strip:
        """One row with its end of the scroll bar; a row that stands as it stood is not made anew."""
        rows = self._view.rows
        row = rows[y] if y < len(rows) else _NOTHING
        has_badge = self._badge is not BLANK and y == self.size.height - 1
        if has_badge or self._is_marked(row):
            return self._filtered(self._with_edge(self._drawn(row, has_badge), on_thumb))
        name = (id(row.line), on_thumb)
        known = self._strips.get(name)
        if known is None:
            known = (
                row.line,
                self._filtered(self._with_edge(draw.strip(row.line, self.look.width, self._base), on_thumb)),
            )
        kept[name] = known
        return known[1]

    def _is_marked(self, row: Row) -> bool:
        if row is _NOTHING:
            return False
        return self._needle is not None or self._marked is not None or row.key == self._cursor

    def _drawn(self, row: Row, has_badge: bool) -> Strip:
        on_cursor = row is not _NOTHING and row.key == self._cursor
        span = self._marked.span(row.key, row.index, row.line) if self._marked else None
        overs = list(draw.matches(row.line, self._needle, self._ink.match)) if self._needle else []
        overs += [draw.Over(*span, self._ink.selection)] if span else []
        base = self._base + self._ink.cursor if on_cursor else self._base
        text = draw.strip(row.line, self.look.width, base, overs, self._ink.cursor if on_cursor else None)
        return self._with_badge(text) if has_badge else text

    def _with_edge(self, text: Strip, on_thumb: bool) -> Strip:
        style = self._base + self._ink.faint if on_thumb else self._base
        return Strip.join([text, draw.strip(_BAR_ON if on_thumb else _BAR_OFF, EDGE, style)])

    def _filtered(self, strip: Strip) -> Strip:
        for line_filter, background in self._filters:
            strip = strip.apply_filter(line_filter, background)
        return strip

    def _with_badge(self, text: Strip) -> Strip:
        width = self.look.width
        badge = draw.strip(self._badge, len(self._badge.text), self._base)
        start = max(width - badge.cell_length, 0)
        return Strip.join([text.crop(0, start), badge]).crop(0, width)

    def _thumb(self) -> tuple[int, int]:
        rows = self._view.rows
        if not rows or (self._view.at_start and self._view.at_end):
            return 0, 0
        return bar.thumb(self._source, rows[0].key, rows[-1].key, self.size.height)

    def _mark(self, marked: Selection | None) -> None:
        if marked != self._marked:
            self._marked = marked
            self.refresh()

    def _spot(self, event: events.MouseEvent) -> Spot | None:
        rows = self._view.rows
        if not rows:
            return None
        row = rows[min(max(event.y, 0), len(rows) - 1)]
        return Spot(row.key, row.index, max(event.x, 0))

    @on(events.Resize)
    def _resized(self, event: events.Resize) -> None:
        """Lay out for the new size."""
        self._strips.clear()
        self.changed()

    @on(events.MouseScrollUp)
    def _wheel_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.scroll(-WHEEL)

    @on(events.MouseScrollDown)
    def _wheel_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.scroll(WHEEL)

    @on(events.MouseDown)
    def _pressed(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        self._grabbed = event.x >= self.look.width and not (self._view.at_start and self._view.at_end)
        if self._grabbed:
            self.capture_mouse()
            self._jump(event.y)
        elif (spot := self._spot(event)) is not None:
            self.capture_mouse()
            self._drag = spot
            self._mark(None)

    @on(events.MouseMove)
    def _moved(self, event: events.MouseMove) -> None:
        if self._grabbed:
            self._jump(event.y)
        elif self._drag is not None:
            if not 0 <= event.y < self.size.height:
                self.scroll(-1 if event.y < 0 else 1)
            spot = self._spot(event)
            if spot is not None and (spot != self._drag or self._marked):
                self._mark(Selection(self._drag, spot))

    @on(events.MouseUp)
    def _released(self, event: events.MouseUp) -> None:
        self.release_mouse()
        dragged, self._drag, self._grabbed = self._drag, None, False
        if dragged is not None and self._marked is not None:
            self._tell_copied()

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        rows = self._view.rows
        badge_width = len(self._badge.text)
        if self._badge is not BLANK and event.y == self.size.height - 1 and event.x >= self.look.width - badge_width:
            self.to_end()
        elif not self._marked and event.x < self.look.width and 0 <= event.y < len(rows):
            row = rows[event.y]
            if event.chain > 1:
                pick = select.word if event.chain == 2 else None
                args = (row.key, row.index, row.line)
                self._mark(pick(*args, event.x) if pick else select.whole(*args))
                self._tell_copied()
            self.post_message(self.Clicked(self, row.key, row.line, event.x, event.chain > 1))

    def _tell_copied(self) -> None:
        if self._marked is not None and (text := select.copied(self._source, self.look, self._marked)):
            self.post_message(self.Copied(text))

    def _jump(self, y: int) -> None:
        key = bar.at(self._source, y / max(self.size.height - 1, 1))
        if y >= self.size.height - 1:
            self.to_end()
        elif key is not None:
            self.to(key)


def _differs(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """Whether two rows, each of which may be missing, look different."""
    return one != other if not one or not other else one[0].line is not other[0].line or one[0].key != other[0].key


_NOTHING = Row((-1, -1), 0, BLANK)
_BAR_ON = draw.line_of(f" {bar.THUMB}")
_BAR_OFF = draw.line_of("  ")
