"""The agent's questions to a person, and the answers."""

from collections.abc import Sequence

from heartbit_tui.kernel.events import Question
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import body
from heartbit_tui.tui.renderers.measure import TITLE_CHARACTERS, one_line, shown
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Inquiry

MOST = 20
"""Questions, and options of a question, that are shown."""


def lines(inquiry: Inquiry, look: Look, scene: Scene, *, open: bool) -> list[Line]:
    """The questions with their options while they wait or are open, else each question with its answer."""
    found: list[Line] = []
    for number, question in enumerate(inquiry.questions[:MOST]):
        chosen = _chosen(inquiry, number)
        found += _question(question, chosen, look, scene)
        if open or inquiry.answers is None:
            found += _options(question, chosen or (), look, scene)
    return found


def foldable(inquiry: Inquiry) -> bool:
    """Whether options are hidden while it is folded."""
    return inquiry.answers is not None and any(question.options for question in inquiry.questions)


def _chosen(inquiry: Inquiry, number: int) -> Sequence[str] | None:
    """The answers to one question; None while it waits."""
    if inquiry.answers is None:
        return None
    return inquiry.answers[number] if number < len(inquiry.answers) else ()


def _question(question: Question, chosen: Sequence[str] | None, look: Look, scene: Scene) -> list[Line]:
    ink = look.ink
    waits = chosen is None
    sign, style = (SIGNS["asking"], ink.warning) if waits else (SIGNS["ok"], ink.ok)
    if chosen is not None and not chosen:
        sign, style = SIGNS["refused"], ink.muted
    words = shown(question.question[:TITLE_CHARACTERS], scene)
    found = setting.wrapped([(words, ink.strong if waits else ink.text)], look.width, first=[(f"{sign} ", style)])
    if chosen is None:
        return found
    answer = one_line(", ".join(chosen), scene) or "not answered"
    told: Parts = [(answer, ink.accent if chosen else ink.muted)]
    return found + setting.wrapped(told, look.width, first=[("  → ", ink.muted)])


def _options(question: Question, chosen: Sequence[str], look: Look, scene: Scene) -> list[Line]:
    ink = look.ink
    found: list[Line] = []
    for option in question.options[:MOST]:
        label = one_line(option.label, scene)
        taken = option.label in chosen
        parts: Parts = [
            (f"{SIGNS['done'] if taken else SIGNS['bullet']} ", ink.accent if taken else ink.muted),
            (label, ink.strong if taken else ink.text),
            (f"  {one_line(option.description, scene)}" if option.description else "", ink.muted),
        ]
        found += body.row(parts, look)
    return found
