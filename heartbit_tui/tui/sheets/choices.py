"""Choices in one row where they fit, else one below the other, and which of them is where."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

MARGIN = 1
GAP = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a choice stands: its row, and its cells from `start` to before `end`."""

    row: int
    start: int
    end: int
    index: int


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: its key, its words, and fewer words for where there is little room."""

    key: str
    words: str
    short: str


@dataclass(frozen=True, slots=True)
class Set:
    """Choices as lines, with their places; rows count from the first of these lines."""

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]


def choices(options: Sequence[Option], look: Look, rows: int, *, lit: int | None, ready: bool) -> Set:
    """The choices on at most `rows` lines: in full, in few words, below each other, or by their keys alone."""
    full = [option.words for option in options]
    short = [option.short for option in options]
    fits = (words for words in (full, short) if _width(options, words) <= look.width)
    words = next(fits, None)
    if words is None and len(options) <= rows:
        return _set([[index] for index in range(len(options))], options, full, look, lit, ready)
    words = words or ([""] * len(options) if _wrapped(options, short, look) > rows else short)
    return _set(_lines(options, words, look.width), options, words, look, lit, ready)


def _wrapped(options: Sequence[Option], words: Sequence[str], look: Look) -> int:
    return len(_lines(options, words, look.width))


def _width(options: Sequence[Option], words: Sequence[str]) -> int:
    return MARGIN + sum(_size(option, word) + GAP for option, word in zip(options, words, strict=True)) - GAP


def _size(option: Option, words: str) -> int:
    return setting.cells(option.key) + setting.cells(words) + 2 + bool(words)


def _lines(options: Sequence[Option], words: Sequence[str], width: int) -> list[list[int]]:
    """The indexes of the choices on each line, as many as fit."""
    found: list[list[int]] = [[]]
    used = MARGIN
    for index, (option, word) in enumerate(zip(options, words, strict=True)):
        size = _size(option, word)
        if found[-1] and used + size > width:
            found.append([])
            used = MARGIN
        found[-1].append(index)
        used += size + GAP
    return found


def _set(
    rows: list[list[int]], options: Sequence[Option], words: Sequence[str], look: Look, lit: int | None, ready: bool
) -> Set:
    lines: list[Line] = []
    spots: list[Spot] = []
    for number, indexes in enumerate(rows):
        parts = [Segment(" " * MARGIN)]
        at = MARGIN
        for index in indexes:
            size = _size(options[index], words[index])
            spots.append(Spot(number, at, at + size, index))
            parts += [*_option(options[index], words[index], look, lit == index, ready), Segment(" " * GAP)]
            at += size + GAP
        lines.append(Line(tuple(parts[:-1])))
    return Set(tuple(lines), tuple(spots))


def _option(option: Option, words: str, look: Look, lit: bool, ready: bool) -> list[Segment]:
    ink = look.ink
    key, text = (ink.accent + Style(bold=True), ink.text) if ready else (ink.faint, ink.faint)
    over = ink.cursor + Style(bold=True) if lit else Style.null()
    told = f" {words}" if words else ""
    return [Segment(" ", over), Segment(option.key, key + over), Segment(f"{told} ", text + over)]
