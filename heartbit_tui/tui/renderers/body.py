"""What stands below the first line of a block: lines beside a thin rule."""

from collections.abc import Sequence
from dataclasses import replace

from rich.style import Style

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers.measure import first_lines, last_lines, plural, shown
from heartbit_tui.tui.renderers.scene import Scene

TAIL_LINES = 8
"""How much of a failed call's output is shown while it is folded."""

OPEN_LINES = 200
"""How much of an output is shown while it is open."""

NARROW = 16
"""Columns below which no rule is drawn."""


def edge(look: Look) -> Parts:
    """What stands before each line of a body."""
    return [("  │ ", look.ink.rule)] if look.width >= NARROW else []


def inner(look: Look) -> Look:
    """The look of what is drawn inside a body."""
    used = sum(len(text) for text, _ in edge(look))
    return Look(max(look.width - used, 1), look.ink, look.calm)


def indented(lines: Sequence[Line], look: Look) -> list[Line]:
    """Lines that were drawn for `inner(look)`, put into a body."""
    ahead = setting.line(*edge(look)).parts
    used = sum(len(part.text) for part in ahead)
    return [replace(each, parts=(*ahead, *each.parts), gutter=each.gutter + used) for each in lines]


def row(parts: Parts, look: Look) -> list[Line]:
    """Clean parts as lines of a body."""
    return setting.wrapped(parts, look.width, first=edge(look), rest=edge(look))


def said(text: str, style: Style, look: Look, scene: Scene) -> list[Line]:
    """A sentence in a body."""
    return row([(shown(text, scene), style)], look)


def output(text: str, look: Look, scene: Scene, *, most: int = OPEN_LINES) -> list[Line]:
    """The beginning of an output, with a note of what is left out."""
    lines, left = first_lines(text, most)
    found = _rows(lines, look, scene, most)
    return found + (said(f"… {plural(left, 'more line')}", look.ink.faint, look, scene) if left else [])


def tail(text: str, look: Look, scene: Scene, *, most: int = TAIL_LINES) -> list[Line]:
    """The end of an output, with a note of what stands before it."""
    lines, left = last_lines(text, most)
    before = said(f"… {plural(left, 'line')} before", look.ink.faint, look, scene) if left else []
    return before + _rows(lines, look, scene, 3 * most)[-3 * most :]


def _rows(lines: Sequence[str], look: Look, scene: Scene, most: int) -> list[Line]:
    """Each line in as many rows as it needs; no more than twice `most` in all."""
    found: list[Line] = []
    for line in lines:
        found += row([(shown(line, scene), look.ink.muted)], look)
    return found
