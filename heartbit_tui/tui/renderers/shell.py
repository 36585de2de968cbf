"""A command that the person ran from the draft, with what it wrote."""

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import body, states
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Shell, State


def lines(shell: Shell, look: Look, scene: Scene, *, open: bool) -> list[Line]:
    """The command on one line, the output below it; while it runs the end of it."""
    ink = look.ink
    state: State = "running" if shell.code is None else "failed" if shell.code else "ok"
    mark = SIGNS["open" if open else "folded"] if foldable(shell) else " "
    left: Parts = [
        (f"{mark} ", ink.muted),
        ("!! " if shell.hidden else "! ", ink.accent),
        (one_line(shell.command, scene), ink.text),
    ]
    told = " · ".join(
        part
        for part in ("hidden from the model" if shell.hidden else "", f"exit {shell.code}" if shell.code else "")
        if part
    )
    right: Parts = [(told, ink.muted), (f" {states.sign(state)}", states.style(state, ink))]
    head = setting.beside(left, right, look.width, ink.text)
    return [Line(head.parts, gutter=min(2, look.width)), *_output(shell, state, look, scene, open)]


def foldable(shell: Shell) -> bool:
    """Whether it wrote anything."""
    return bool(shell.output.strip())


def _output(shell: Shell, state: State, look: Look, scene: Scene, open: bool) -> list[Line]:
    if not foldable(shell):
        return []
    if state == "running":
        return body.tail(shell.output, look, scene, most=20 if open else 1)
    if open:
        return body.output(shell.output, look, scene)
    return body.tail(shell.output, look, scene) if state == "failed" else []
