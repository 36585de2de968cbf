"""Choices in one row where they fit, else one below the other, and which of them is where."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

MARGIN = 1


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a choice stands: its row, and its cells from `start` to before `end`."""

    row: int
    start: int
    end: int
    index: int


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: its key, its words, fewer words for where there is little room, and a single one."""

    key: str
    words: str
    short: str
    word: str


@dataclass(frozen=True, slots=True)
class Set:
    """Choices as lines, with their places; rows count from the first of these lines."""

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to tell the choices: with which words, and how many cells between them."""

    words: tuple[str, ...]
    gap: int

    def size(self, options: Sequence[Option], index: int) -> int:
        """The cells that a choice takes."""
        words = self.words[index]
        return setting.cells(options[index].key) + setting.cells(words) + 2 + bool(words)


def choices(options: Sequence[Option], look: Look, rows: int, *, lit: int | None, ready: bool) -> Set:
    """The choices on one line where they fit, else below each other in at most `rows`, else by a word or the key."""
    full = _Way(tuple(option.words for option in options), 2)
    ways = (full, _Way(tuple(option.short for option in options), 1), _Way(tuple(option.word for option in options), 0))
    style = _Style(look, lit, ready)
    for way in ways:
        if len(lines := _lines(options, way, look.width)) == 1:
            return _set(lines, options, way, style)
    below = [[index] for index in range(len(options))]
    for way in ways:
        widest = max(way.size(options, index) for index in range(len(options)))
        if len(options) <= rows and MARGIN + widest <= look.width:
            return _set(below, options, way, style)
    keys = _Way(("",) * len(options), 0)
    fitting = (way for way in (ways[-1], keys) if len(_lines(options, way, look.width)) <= rows)
    way = next(fitting, keys)
    return _set(_lines(options, way, look.width), options, way, style)


@dataclass(frozen=True, slots=True)
class _Style:
    look: Look
    lit: int | None
    ready: bool


def _lines(options: Sequence[Option], way: _Way, width: int) -> list[list[int]]:
    """The indexes of the choices on each line, as many as fit."""
    found: list[list[int]] = [[]]
    used = MARGIN
    for index in range(len(options)):
        size = way.size(options, index)
        if found[-1] and used + size > width:
            found.append([])
            used = MARGIN
        found[-1].append(index)
        used += size + way.gap
    return found


def _set(rows: list[list[int]], options: Sequence[Option], way: _Way, style: _Style) -> Set:
    lines: list[Line] = []
    spots: list[Spot] = []
    for number, indexes in enumerate(rows):
        parts = [Segment(" " * MARGIN)]
        at = MARGIN
        for index in indexes:
            size = way.size(options, index)
            spots.append(Spot(number, at, at + size, index))
            parts += [*_option(options[index], way.words[index], style, style.lit == index), Segment(" " * way.gap)]
            at += size + way.gap
        told = [(part.text, part.style or Style.null()) for part in parts]
        lines.append(setting.fitted(told, style.look.width))
    return Set(tuple(lines), tuple(spots))


def _option(option: Option, words: str, style: _Style, lit: bool) -> list[Segment]:
    ink = style.look.ink
    key, text = (ink.accent + Style(bold=True), ink.text) if style.ready else (ink.faint, ink.faint)
    over = ink.cursor + Style(bold=True) if lit else Style.null()
    told = f" {words}" if words else ""
    return [Segment(" ", over), Segment(option.key, key + over), Segment(f"{told} ", text + over)]
