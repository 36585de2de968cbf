"""Calls of tools that nothing more is known of: their arguments and their output as they are."""

import json

from heartbit_tui.client import titles
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body
from heartbit_tui.tui.renderers.drawing import Drawing
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.partial import known
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.renderers.values import value_lines
from heartbit_tui.tui.transcript.blocks import Call

JSON_CHARACTERS = 20_000
"""Longer output is not read as JSON."""

VALUE_LINES = 120
"""How many lines of arguments are shown."""


def title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The first values of the arguments, without their names."""
    values = call.input.values() if call.input else known(call.arguments).values()
    told = [one_line(value, scene) for value in list(values)[:6] if isinstance(value, str) and value.strip()]
    return [("  ".join(told), look.ink.text)]


def outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """What the details say in a word or two."""
    return [(one_line(titles.outcome(call.details, call.tool), scene), look.ink.muted)]


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The arguments, then the output."""
    given, told = arguments(call, look, scene), result(call, look, scene)
    return [*given, *(body.row([], look) if given and told else []), *told]


def arguments(call: Call, look: Look, scene: Scene) -> list[Line]:
    """All arguments, as far as they are known."""
    given = call.input or known(call.arguments)
    if not given:
        return []
    found: list[Line] = []
    for parts in value_lines(given, look.ink, scene):
        found += body.row(parts, look)
        if len(found) > VALUE_LINES:
            return found[:VALUE_LINES] + body.said("… more", look.ink.faint, look, scene)
    return found


def result(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The output: set as values where it is JSON, else as it is."""
    text = call.output.strip()
    if not text:
        return []
    value = _json(text)
    if value is None:
        return body.output(call.output, look, scene)
    rows = [one for parts in value_lines(value, look.ink, scene) for one in body.row(parts, look)]
    return rows[: body.OPEN_LINES]


def _json(text: str) -> object:
    if len(text) > JSON_CHARACTERS or text[0] not in "{[":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


GENERIC = Drawing(title=title, outcome=outcome, body=drawn_body)
