"""Which renderer draws a block."""

from dataclasses import replace

from rich.segment import Segment

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import calls, change, guarded, inquiry, prompt, shell, told, work
from heartbit_tui.tui.renderers.scene import PLAIN, Scene
from heartbit_tui.tui.transcript.blocks import (
    Answer,
    Block,
    Call,
    Ending,
    Guarded,
    Inquiry,
    Notice,
    Prompt,
    Shell,
    Thinking,
    Work,
)


def render(block: Block, look: Look, *, open: bool, scene: Scene = PLAIN) -> list[Line]:
    """A block in lines, none of them wider than the look's width; an answer is drawn elsewhere and gives none."""
    return [_within(line, look.width) for line in _lines(block, look, scene, open)]


def foldable(block: Block) -> bool:
    """Whether a block shows more when it is open."""
    match block:
        case Call():
            return calls.foldable(block)
        case Thinking(text=text):
            return bool(text.strip())
        case Prompt():
            return prompt.foldable(block)
        case Inquiry():
            return inquiry.foldable(block)
        case Shell():
            return shell.foldable(block)
        case Work():
            return work.foldable(block)
        case Answer() | Notice() | Guarded() | Ending():
            return False


def opens(block: Block) -> bool:
    """Whether a block is open until a person folds it: small changes, what the person asked for, work that goes on."""
    match block:
        case Call(tool="edit" | "write" | "patch" | "lsp_rename", state="ok"):
            return change.small(block)
        case Shell() | Work(state="running") | Call(tool="present_plan"):
            return True
        case _:
            return False


def _lines(block: Block, look: Look, scene: Scene, open: bool) -> list[Line]:
    match block:
        case Call():
            return calls.lines(block, look, scene, open=open)
        case Prompt():
            return prompt.lines(block, look, scene, open=open)
        case Thinking():
            return told.thinking(block, look, scene, open=open)
        case Inquiry():
            return inquiry.lines(block, look, scene, open=open)
        case Notice() | Guarded() | Ending():
            return _aside(block, look, scene)
        case Shell():
            return shell.lines(block, look, scene, open=open)
        case Work():
            return work.lines(block, look, scene, lambda part, inner: _lines(part, inner, scene, False), open=open)
        case Answer():
            return []


def _aside(block: Notice | Guarded | Ending, look: Look, scene: Scene) -> list[Line]:
    """What stands beside the conversation."""
    match block:
        case Notice():
            return told.notice(block, look, scene)
        case Guarded():
            return guarded.lines(block, look)
        case Ending():
            return told.ending(block, look, scene)


def _within(line: Line, width: int) -> Line:
    """The line as it is, or what of it fits where the screen is too narrow for even one wide character."""
    if setting.cells(line.text) <= width:
        return line
    parts: list[Segment] = []
    room = width
    for part in line.parts:
        text = part.text if setting.cells(part.text) <= room else setting.cut(part.text, room)
        parts.append(Segment(text, part.style))
        room -= setting.cells(text)
    return replace(line, parts=tuple(part for part in parts if part.text), gutter=min(line.gutter, width))
