"""A widget of one row: a title, a hint, a line that is typed."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.pane import draw


class OneLine(Widget):
    """Shows one `Line`, cut at the right edge; like a pane it draws all of its own area, so it has no padding."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, line: Line = BLANK, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = line

    def show(self, line: Line) -> None:
        """Show another line."""
        if line != self._line:
            self._line = line
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The one row."""
        row = draw.strip(self._line, self.size.width, self.visual_style.rich_style)
        for line_filter in self.get_line_filters():
            row = row.apply_filter(line_filter, self.background_colors[1])
        return [row.crop(crop.x, crop.x + crop.width)] * crop.height
