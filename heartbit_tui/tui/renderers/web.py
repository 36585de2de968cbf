"""Calls that go out: webfetch and websearch."""

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body, generic
from heartbit_tui.tui.renderers.drawing import Drawing, argument
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call


def fetch_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The address."""
    return [(one_line(argument(call, "url"), scene), look.ink.path)]


def search_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The words that are looked for."""
    return [(one_line(argument(call, "query"), scene), look.ink.text)]


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """What came back."""
    return body.output(call.output, look, scene) if call.output.strip() else []


FETCH = Drawing(title=fetch_title, outcome=generic.outcome, body=drawn_body)
WEB_SEARCH = Drawing(title=search_title, outcome=generic.outcome, body=drawn_body)
