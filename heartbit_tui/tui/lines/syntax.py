"""What colours code."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink

Syntax: TypeAlias = Callable[[str, str, Ink], Sequence[tuple[str, Style]]]
"""Takes clean code, the name of its language and an ink; coloured parts that join to the code."""
