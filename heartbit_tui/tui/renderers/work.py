"""The work of another agent: one line when it is done, the end of it while it goes on, all of it where it is open."""

from collections.abc import Callable
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client import titles
from heartbit_tui.client.crew import BY_YOU
from heartbit_tui.tui.lines import lanes, setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.markdown import set as markdown
from heartbit_tui.tui.markdown.split import pieces_of
from heartbit_tui.tui.renderers import states
from heartbit_tui.tui.renderers.head import LANE_CELLS, LEAST_LANE_CELLS, NARROW
from heartbit_tui.tui.renderers.measure import one_line, plural
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.status.figures import tokens
from heartbit_tui.tui.transcript.blocks import Answer, Block, Thinking, Work

TAIL = 8
"""Lines of a work that are shown while it goes on."""

STEP = 2
"""Lines by which the place moves from which they are set, so that they do not break anew with each piece that comes."""

Draw = Callable[[Block, Look], list[Line]]
"""Draws a part, folded."""


def lines(work: Work, look: Look, scene: Scene, draw: Draw, *, open: bool) -> list[Line]:
    """Who works on what and how it stands; below it, behind a bar in the lane's colour, words and calls."""
    found = [_head(work, look, scene, open=open)]
    if open:
        bar = lanes.style(work.lane, look.ink)
        inner = replace(look, width=max(look.width - 2, 1))
        found += [_behind(line, bar) for line in _body(work, inner, draw)]
        if work.text:
            words = [(one_line(work.text, scene), states.style(work.state, look.ink))]
            found.append(_behind(setting.fitted(words, inner.width), bar))
    return found


def foldable(work: Work) -> bool:
    """Whether there is more than the line that stands for it."""
    return bool(work.parts or work.text)


def _head(work: Work, look: Look, scene: Scene, *, open: bool) -> Line:
    ink = look.ink
    mark = f"{SIGNS['open' if open else 'folded']} " if foldable(work) else "  "
    name = setting.cut(one_line(work.agent, scene), min(LANE_CELLS, max(look.width // 5, 1)))
    left = [
        (mark, ink.muted),
        (f"{name:<{LEAST_LANE_CELLS}}", lanes.style(work.lane, ink)),
        (" │ ", ink.rule),
        (one_line(work.task[:500], scene), ink.text),
    ]
    told = [plural(work.calls, "call")] if work.calls else []
    told += [f"{tokens(work.tokens)} tokens"] if work.tokens and look.width >= 60 else []
    told += [titles.span(work.milliseconds)] if work.milliseconds and look.width >= NARROW else []
    word = f" {_word(work)}" if work.state in states.WORDS else ""
    right = [(f" {' · '.join(told)}", ink.faint), (word, states.style(work.state, ink))]
    right.append((f" {states.sign(work.state)}", states.style(work.state, ink)))
    line = setting.beside(left, right, look.width, ink.text)
    return Line(line.parts, gutter=min(len(mark), look.width))


def _word(work: Work) -> str:
    """What is told beside the sign: a person wants to see that it was they who stopped it."""
    return BY_YOU if work.text == BY_YOU else states.WORDS[work.state]


def _body(work: Work, look: Look, draw: Draw) -> list[Line]:
    if work.state != "running":
        return [line for part in work.parts for line in _part(part, look, draw, whole=True)]
    found: list[Line] = []
    for part in reversed(work.parts):
        found = [*_part(part, look, draw, whole=False), *found]
        if len(found) >= TAIL:
            break
    return found[-TAIL:]


def _part(part: Block, look: Look, draw: Draw, *, whole: bool) -> list[Line]:
    if isinstance(part, Thinking):
        return []
    if not isinstance(part, Answer):
        return draw(part, look)
    text = part.text if whole else _end(part.text, look.width)
    found: list[Line] = []
    for piece in reversed(pieces_of(text)):
        found = [*markdown.lines(piece, look, open=not part.closed), *found]
        if not whole and len(found) >= TAIL:
            break
    return found


def _end(text: str, width: int) -> str:
    """As much of the end of a text as those lines may hold, from the beginning of a word on."""
    step = STEP * width
    start = (len(text) - TAIL * width) // step * step
    if start <= 0:
        return text
    return text[start:].partition(" ")[2] or text[start:]


def _behind(line: Line, style: Style) -> Line:
    """The line behind a bar that says whose it is."""
    return replace(line, parts=(Segment(f"{SIGNS['bar']} ", style), *line.parts), gutter=line.gutter + 2)
