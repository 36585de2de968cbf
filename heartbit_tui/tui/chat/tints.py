"""The colours of code in the transcript, from the moment that what finds them is loaded."""

from heartbit_tui.tui.diff.language import Syntax, colouring
from heartbit_tui.tui.diff.types import Colour
from heartbit_tui.tui.lines.ink import Ink


class Tints:
    """Gives no colours until `syntax` is there; the same ink then gives the same colours each time."""

    def __init__(self) -> None:
        self.thinking = True
        """Whether a model's reasoning is shown."""
        self._syntax: Syntax | None = None
        self._ink: Ink | None = None
        self._colour: Colour | None = None

    def bring(self, syntax: Syntax) -> None:
        """From now on there are colours."""
        self._syntax, self._ink = syntax, None

    def colour(self, ink: Ink) -> Colour | None:
        """Colours for rows of code, None while there are none."""
        if self._syntax is not None and ink is not self._ink:
            self._ink, self._colour = ink, colouring(self._syntax, ink)
        return self._colour
