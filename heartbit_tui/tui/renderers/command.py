"""Calls of bash: the command, how it ended, and what it wrote."""

import re

from heartbit_tui.client import titles
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body
from heartbit_tui.tui.renderers.drawing import Drawing, argument, detail
from heartbit_tui.tui.renderers.measure import first_lines, one_line, shown
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

COMMAND_LINES = 40
"""How many lines of a command are shown."""

RUNNING_LINES = 20
"""How much of the output is shown while it is still being written."""

_VERDICT = re.compile(r"\n*\((?:exit code: -?\d+|timed out after \d+ms)\)\s*\Z")


def title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """The command on one line."""
    return [(one_line(argument(call, "command"), scene), look.ink.text)]


def outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """The exit code where it is not 0."""
    told = titles.outcome(call.details, call.tool)
    return [(one_line(told, scene), look.ink.error if call.state == "failed" else look.ink.muted)]


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The whole command, its output, and where it ran."""
    return [*_command(call, look, scene), *_output(call, look, scene), *_footer(call, look, scene)]


def told(output: str) -> str:
    """An output without its last line where that says how the command ended, which is shown elsewhere."""
    end = _VERDICT.search(output, max(len(output) - 200, 0))
    rest = output[: end.start()] if end else output
    return "" if rest.strip() == "(no output)" else rest


def _command(call: Call, look: Look, scene: Scene) -> list[Line]:
    lines, left = first_lines(argument(call, "command"), COMMAND_LINES)
    found: list[Line] = []
    for number, line in enumerate(lines):
        sign = "$ " if not number else "  "
        found += body.row([(sign, look.ink.accent), (shown(line, scene), look.ink.text)], look)
    return found + body.more(left, look, scene)


def _output(call: Call, look: Look, scene: Scene) -> list[Line]:
    if call.state == "running":
        return body.tail(call.output, look, scene, most=RUNNING_LINES) if call.output.strip() else []
    text = told(call.output)
    return body.output(text, look, scene) if text.strip() else []


def _footer(call: Call, look: Look, scene: Scene) -> list[Line]:
    """How it ended and where it stands now, where that is not what one would think, and where all of its output is."""
    code, folder, log = call.details.get("exit_code"), detail(call, "cwd"), detail(call, "log")
    told = [
        f"exit {code}" if code else titles.outcome(call.details, call.tool),
        f"in {folder}" if folder and folder != scene.cwd else "",
        f"whole output in {log}" if log else "",
    ]
    words = " · ".join(part for part in told if part)
    return body.said(words, look.ink.faint, look, scene) if words else []


def job_title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """Which command in the background."""
    return [(one_line(argument(call, "id"), scene), look.ink.text)]


def job_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """What it wrote since it was looked at before, and where all of it is."""
    return [*_output(call, look, scene), *_footer(call, look, scene)]


JOB = Drawing(title=job_title, outcome=outcome, body=job_body)
"""Calls that look at a command in the background, or stop it."""

BASH = Drawing(title=title, outcome=outcome, body=drawn_body)
