"""The colours of code in the transcript, as far as what finds them is loaded; what is not comes later."""

from collections.abc import Callable, Sequence

from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.diff.language import colouring
from heartbit_tui.tui.diff.types import Colour
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.syntax import Syntax


@dataclass(frozen=True, slots=True)
class Painter:
    """What finds colours: `load` makes a language ready, which takes up to 50 ms; without it `syntax` does that itself."""

    syntax: Syntax
    is_known: Callable[[str], bool]
    load: Callable[[str], None]


class Tints:
    """Gives no colours until the painter is there, and none for a language that is not loaded yet."""

    def __init__(self) -> None:
        self.thinking = True
        """Whether a model's reasoning is shown."""
        self.wanted: Callable[[str], object] = _nobody
        """Called once with each language whose colours were asked for before it was loaded."""
        self.version = 0
        """How often there were new colours; what is kept with its colours is as old as this."""
        self._painter: Painter | None = None
        self._asked: set[str] = set()
        self._loaded: set[str] = set()
        self._ink: Ink | None = None
        self._colour: Colour | None = None

    def bring(self, painter: Painter) -> None:
        """From now on there are colours."""
        self._painter, self._ink = painter, None
        self.version += 1

    @property
    def syntax(self) -> Syntax | None:
        """Colours for code; None while there are none."""
        return self._syntax if self._painter is not None else None

    def colour(self, ink: Ink) -> Colour | None:
        """Colours for rows of code, None while there are none; the same ink gives the same colours each time."""
        if self._painter is not None and ink is not self._ink:
            self._ink, self._colour = ink, colouring(self._syntax, ink)
        return self._colour

    def load(self, languages: set[str]) -> None:
        """Make these languages ready; takes long: call it in a thread."""
        if self._painter is not None:
            for language in languages:
                self._painter.load(language)
                self._loaded.add(language)
        self.version += 1

    def _syntax(self, code: str, language: str, ink: Ink) -> Sequence[tuple[str, Style]]:
        if self._painter is not None and (language in self._loaded or not self._painter.is_known(language)):
            return self._painter.syntax(code, language, ink)
        if language not in self._asked:
            self._asked.add(language)
            self.wanted(language)
        return [(code, ink.text + ink.block)]


def _nobody(_: str) -> None:
    """Nobody loads anything yet."""
