"""Calls of present_plan: the plan as it was written, and what the person decided."""

from heartbit_tui.plans.text import steps, title as named
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown import set as markdown
from heartbit_tui.tui.markdown.split import pieces_of
from heartbit_tui.tui.renderers import body
from heartbit_tui.tui.renderers.drawing import Drawing, argument, detail
from heartbit_tui.tui.renderers.measure import one_line, plural
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call


def title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """What the plan is called."""
    plan = argument(call, "plan")
    return [(one_line(named(plan), scene) if plan.strip() else "", look.ink.text)]


def outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """What was decided, or how many steps it has."""
    count = len(steps(argument(call, "plan")))
    told = detail(call, "decided") or (plural(count, "step") if count else "")
    return [(told, look.ink.muted)]


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The whole plan, set as answers are."""
    inner = body.inner(look)
    found = [line for piece in pieces_of(argument(call, "plan")) for line in markdown.lines(piece, inner, open=False)]
    return body.indented(found, look)


PLAN = Drawing(title=title, outcome=outcome, body=drawn_body)
