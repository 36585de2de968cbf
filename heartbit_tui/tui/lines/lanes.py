"""The colours of agents that work side by side."""

from typing import Final

from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink

KINDS: Final = ("function", "string", "keyword", "number", "type", "constant")
"""Kinds of code that every theme tells apart, and whose contrast is measured."""


def style(lane: int, ink: Ink) -> Style:
    """The colour of a lane, counted from 0; it comes again after so many as there are kinds."""
    return ink.syntax.get(KINDS[lane % len(KINDS)], ink.info)
