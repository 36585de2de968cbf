"""Calls that hand tasks to other agents, and calls of question: several parts, each named."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import body, generic
from heartbit_tui.tui.renderers.drawing import Drawing
from heartbit_tui.tui.renderers.measure import one_line, plural
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

MOST = 20
"""How many parts are shown."""

WIDEST = 16
"""Cells of a name up to which names stand in a column."""


def task_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """Who gets a task."""
    names = [_told(task, "agent", scene) for task in parts(call, "tasks")[:MOST]]
    return [(", ".join(name for name in names if name), look.ink.info)]


def task_outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """How many tasks there are."""
    count = len(parts(call, "tasks"))
    return [(plural(count, "task") if count else "", look.ink.muted)]


def task_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """Each agent with its task, then what they answered."""
    ink = look.ink
    found: list[Line] = []
    told = [(_told(task, "agent", scene), _told(task, "task", scene)) for task in parts(call, "tasks")[:MOST]]
    width = min(max((setting.cells(name) for name, _ in told), default=0), WIDEST)
    for name, words in told:
        padded = name + " " * max(width - setting.cells(name), 0)
        found += body.row([(f"{padded} ", ink.info), (f"{SIGNS['bar']} ", ink.rule), (words, ink.text)], look)
    return found + generic.result(call, look, scene)


def question_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The first question."""
    asked = parts(call, "questions")
    return [(_told(asked[0], "question", scene) if asked else "", look.ink.text)]


def question_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """Each question with its answer, as the model gets them."""
    return generic.result(call, look, scene) or generic.arguments(call, look, scene)


def parts(call: Call, name: str) -> Sequence[Mapping[str, Any]]:
    """The objects in the argument `name`; nothing where it is no list."""
    found = call.input.get(name)
    if not isinstance(found, list | tuple):
        return ()
    entries = cast(Sequence[Any], found)
    return [cast(Mapping[str, Any], each) for each in entries if isinstance(each, Mapping)]


def _told(part: Mapping[str, Any], name: str, scene: Scene) -> str:
    found = part.get(name, "")
    return one_line(found, scene) if isinstance(found, str) else ""


DELEGATE = Drawing(title=task_title, outcome=task_outcome, body=task_body)
QUESTION = Drawing(title=question_title, outcome=generic.outcome, body=question_body)
