"""The rule that each section of the side panel begins with."""

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look


def heading(words: str, look: Look, right: str = "") -> Line:
    """The rule that a section begins with."""
    ink = look.ink
    tail = f" {right} ─" if right else ""
    words = setting.cut(words, max(look.width - 4 - len(tail), 1))
    dashes = "─" * max(look.width - setting.cells(words) - 3 - len(tail), 0)
    parts = [
        ("─ ", ink.rule),
        (words, ink.muted),
        (f" {dashes}", ink.rule),
        (tail[:-1], ink.muted),
        (tail[-1:], ink.rule),
    ]
    return setting.fitted(parts, look.width)
