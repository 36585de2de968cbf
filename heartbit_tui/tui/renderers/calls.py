"""A call in lines, whatever its tool."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import body, states
from heartbit_tui.tui.renderers.change import CHANGE
from heartbit_tui.tui.renderers.command import BASH, JOB, told
from heartbit_tui.tui.renderers.delegate import DELEGATE, QUESTION
from heartbit_tui.tui.renderers.drawing import Drawing
from heartbit_tui.tui.renderers.generic import GENERIC
from heartbit_tui.tui.renderers.head import head
from heartbit_tui.tui.renderers.looking import FOLDER, NAMES, READ, SEARCH
from heartbit_tui.tui.renderers.measure import last_line, one_line
from heartbit_tui.tui.renderers.plan import PLAN
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.renderers.todo import TODO
from heartbit_tui.tui.renderers.web import FETCH, WEB_SEARCH
from heartbit_tui.tui.transcript.blocks import Call

DRAWINGS: Mapping[str, Drawing] = MappingProxyType(
    {
        "bash": BASH,
        "bash_output": JOB,
        "kill_shell": JOB,
        "edit": CHANGE,
        "write": CHANGE,
        "patch": CHANGE,
        "lsp_rename": CHANGE,
        "read": READ,
        "grep": SEARCH,
        "glob": NAMES,
        "list": FOLDER,
        "todowrite": TODO,
        "todoread": TODO,
        "question": QUESTION,
        "webfetch": FETCH,
        "websearch": WEB_SEARCH,
        "knowledge_search": WEB_SEARCH,
        "delegate_task": DELEGATE,
        "form_squad": DELEGATE,
        "present_plan": PLAN,
    }
)
"""How the calls of a tool are drawn; tools that are not named are drawn as `GENERIC`."""


def lines(call: Call, look: Look, scene: Scene, *, open: bool) -> list[Line]:
    """The first line, and below it what is open, or what a folded call has to say none the less."""
    drawing = DRAWINGS.get(call.tool, GENERIC)
    below = drawing.body(call, look, scene) if open else _told(call, look, scene)
    fold = ("open" if open else "folded") if foldable(call) else ""
    outcome = drawing.outcome(call, look, scene)
    word = states.WORDS.get(call.state, "")
    if word and not any(text for text, _ in outcome):
        outcome = [(word, states.style(call.state, look.ink))]
    note = body.said(call.note, look.ink.warning, look, scene) if call.note else []
    return [head(call, drawing.title, outcome, look, scene, fold=fold), *note, *below]


def foldable(call: Call) -> bool:
    """Whether there is anything that a folded call does not show."""
    return bool(call.input or call.arguments or call.output.strip() or call.preview)


def _told(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The last line of what a running call has written, the end of what a failed one has."""
    if call.state == "running" and call.output.strip():
        return body.row([(one_line(last_line(call.output), scene), look.ink.faint)], look)[:1]
    output = told(call.output) if call.tool == "bash" else call.output
    return body.tail(output, look, scene) if call.state == "failed" and output.strip() else []
