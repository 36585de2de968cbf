"""One line of the screen, before it is known where it stands."""

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Styled text that is never wider than the width it was set for.

    `gutter` counts the cells at its beginning that are no part of the text (a mark, a line number) and that a copy
    leaves out. `joined` tells that the text goes on in the next line without a line end, and `lost` holds the blanks
    that stood there and are not shown. `fill` is the style of the cells between the text and the right edge. `place`
    is the `file:line` that the line shows, empty for none.
    """

    parts: tuple[Segment, ...] = ()
    gutter: int = 0
    joined: bool = False
    fill: Style | None = None
    place: str = ""
    lost: str = ""

    @property
    def text(self) -> str:
        """What stands there, without styles."""
        return "".join(part.text for part in self.parts)


BLANK = Line()
