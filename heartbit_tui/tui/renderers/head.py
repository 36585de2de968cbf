"""The first line of a call: what it is at the left, what came of it in columns at the right."""

from collections.abc import Callable

from heartbit_tui.client import titles
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import states
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

TOOL_CELLS = 5
"""How wide the column of tools is at least; longer names push their title to the right."""

TIME_CELLS = 9
"""How wide the column of durations is."""

LANE_CELLS = 12
"""How much of an agent's name is shown."""

LEAST_LANE_CELLS = 8
"""How wide the column of agents' names is at least, so that calls of most agents stand below each other."""

NARROW = 40
"""Columns below which durations are left out."""


def head(
    call: Call,
    title: Callable[[Call, int, Look, Scene], Parts],
    outcome: Parts,
    look: Look,
    scene: Scene,
    *,
    fold: str = "",
) -> Line:
    """One line; `fold` is open, folded, or empty for a call that has nothing to unfold."""
    ink = look.ink
    mark = f"{SIGNS[fold]} " if fold else "  "
    tool = setting.cut(one_line(call.tool, scene), max(look.width // 3, 4))
    left = [(mark, ink.muted), *lane(call, look, scene), (f"{tool:<{TOOL_CELLS}}  ", ink.tool)]
    right = _right(call, outcome, look, scene)
    room = look.width - _cells(left) - _cells(right) - 1
    left = [*left, *title(call, max(room, 1), look, scene)]
    line = setting.beside(left, right, look.width, ink.text)
    return Line(line.parts, gutter=min(len(mark), look.width))


def lane(call: Call, look: Look, scene: Scene) -> Parts:
    """The name of the agent that a call is of, where it is not the session's own."""
    if not call.agent:
        return []
    name = setting.cut(one_line(call.agent, scene), min(LANE_CELLS, max(look.width // 5, 1)))
    return [(f"{name:<{LEAST_LANE_CELLS}}", look.ink.info), (" │ ", look.ink.rule)]


def milliseconds(call: Call, scene: Scene) -> int:
    """How long a call took, or has taken until now; 0 where that is not known."""
    if call.state == "running" and call.at is not None and scene.now is not None:
        return max(int((scene.now - call.at).total_seconds() * 1000), 0)
    return call.milliseconds


def _right(call: Call, outcome: Parts, look: Look, scene: Scene) -> Parts:
    ink = look.ink
    took = milliseconds(call, scene)
    time = titles.span(took) if took else ""
    times = [(f"{time:>{TIME_CELLS}}", ink.faint)] if look.width >= NARROW else []
    return [*outcome, *times, (f" {states.sign(call.state)}", states.style(call.state, ink))]


def _cells(parts: Parts) -> int:
    return sum(setting.cells(text) for text, _ in parts)
