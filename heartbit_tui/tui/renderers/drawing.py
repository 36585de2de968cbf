"""What it takes to draw the calls of a tool."""

from collections.abc import Callable

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers.partial import known
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`title` and `outcome` stand in the first line, `body` below it while it is open.

    `title` gets the cells it may take, so that it can leave out what says least.
    """

    title: Callable[[Call, int, Look, Scene], Parts]
    outcome: Callable[[Call, Look, Scene], Parts]
    body: Callable[[Call, Look, Scene], list[Line]]


def argument(call: Call, name: str) -> str:
    """An argument that is a text, as far as it is written; empty where there is none."""
    if call.input or not call.arguments:
        found = call.input.get(name, "")
        return found if isinstance(found, str) else ""
    return known(call.arguments).get(name, "")


def detail(call: Call, name: str) -> str:
    """A detail of the result that is a text; empty where there is none."""
    found = call.details.get(name, "")
    return found if isinstance(found, str) else ""
