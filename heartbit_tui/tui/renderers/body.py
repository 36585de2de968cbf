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
    """The beginning of an output in the colours that it came with, and a note of what is left out."""
    lines, left = first_lines(text, most)
    found = _rows(lines, look, scene, limit=2 * most)
    if len(found) == 2 * most:
        return [*found, *said("… the rest is not shown", look.ink.faint, look, scene)]
    return found + more(left, look, scene)


def tail(text: str, look: Look, scene: Scene, *, most: int = TAIL_LINES) -> list[Line]:
    """The end of an output, with a note of what stands before it."""
    lines, left = last_lines(text, most)
    before = said(f"… {plural(left, 'line')} before", look.ink.faint, look, scene) if left else []
    return before + _rows(lines, look, scene)[-3 * most :]


def more(left: int, look: Look, scene: Scene, what: str = "more line") -> list[Line]:
    """A note of how much is left out, nothing where nothing is."""
    return said(f"… {plural(left, what)}", look.ink.faint, look, scene) if left > 0 else []


def _rows(lines: Sequence[str], look: Look, scene: Scene, limit: int | None = None) -> list[Line]:
    """Each line in as many rows as it needs; of a line that was written over again and again, how it was last."""
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    style = look.ink.muted
    parts = [(shown(text, scene), style)] if scene.reveal else setting.coloured(text, style, look.ink)
    return setting.wrapped(parts, look.width, first=edge(look), rest=edge(look), limit=limit)
