"""The sheet of a question: what is asked, the options with what they mean, and own words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Question, QuestionAsked
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.sheets import frame
from heartbit_tui.tui.sheets.choices import Spot
from heartbit_tui.tui.sheets.exact import hand, seen
from heartbit_tui.tui.sheets.frame import Drawn, View, Window
from heartbit_tui.tui.sheets.questioning import DIGITS

HEADER = 40
ASKED = 4
"""Lines of the question at most, where the options need the room."""

ROOMY = 60
"""Columns from which on the place of a question is told in words."""

OWN = "In my own words…"


@dataclass(frozen=True, slots=True)
class Row:
    """One option on the lines that it takes."""

    lines: tuple[Line, ...]
    index: int


def drawn(view: View) -> Drawn:
    """The whole sheet."""
    question = view.waiting.question
    assert question is not None
    head = _heading(view, question)
    asked = setting.wrapped([(seen(question.question), view.look.ink.strong)], view.look.width, first=[("  ", _NONE)])
    options = list(_rows(view, question))
    if view.waiting.entry is not None:
        return _writing(view, head, asked, options)
    return _choosing(view, head, asked, options)


_NONE = Style.null()


def _heading(view: View, question: Question) -> Line:
    request = view.waiting.request
    assert isinstance(request, QuestionAsked)
    count = len(request.questions)
    at = view.waiting.at + 1
    long = f"question {at} of {count}" if view.look.width >= ROOMY else f"{at}/{count}"
    place = long if count > 1 else ""
    told = one_line(revealed(question.header), HEADER)
    return frame.heading(view, "question", told or "The agent asks", place)


def _choosing(view: View, head: Line, asked: list[Line], options: Sequence[Row]) -> Drawn:
    room = max(view.rows - 1, 1)
    keys = [frame.keys_line(view, list(_keys(view)))] if room > 3 else []
    room -= len(keys)
    wanted = sum(len(row.lines) for row in options)
    kept = max(min(len(asked), ASKED, room - 1), min(len(asked), room - wanted), 1)
    told = frame.shortened(asked, kept, view.look)
    room -= len(told)
    gaps = 2 if room - wanted >= 2 else 0
    above = [head, *told, *([BLANK] if gaps else [])]
    lines, indexes, lowest, page = _seen(view, options, max(room - gaps, 0))
    spots = [Spot(len(above) + y, 0, view.look.width, index) for y, index in enumerate(indexes) if index is not None]
    below = [*([BLANK] if gaps else []), *keys]
    return frame.drawn(view, [*above, *lines, *below], spots, Window((), lowest, page))


def _writing(view: View, head: Line, asked: list[Line], options: Sequence[Row]) -> Drawn:
    waiting, look = view.waiting, view.look
    assert waiting.entry is not None
    typed, (row, cell) = frame.written(waiting.entry, look.width, hand(look.ink), "    ")
    back = "back" if options and waiting.question and waiting.question.options else "no answer"
    keys = frame.keys_line(view, [("Enter", "answer with these words"), ("Esc", back)])
    room = max(view.rows - 1 - len(typed) - 1, 0)
    above = [head, *frame.shortened(asked, room, look)]
    given = [line for row in options[: len(waiting.question.options if waiting.question else ())] for line in row.lines]
    above += [BLANK, *given] if given and room > len(asked) + len(given) + 1 else []
    above += [BLANK] if room >= len(above) else []
    lines = (*above, *typed, keys)[: view.rows]
    return Drawn(lines=lines, cursor=(len(above) + row, cell))


def _seen(view: View, options: Sequence[Row], room: int) -> tuple[list[Line], list[int | None], int, int]:
    """The options in view, with the lit one among them; which option each line is of."""
    lines = [line for row in options for line in row.lines]
    indexes = [row.index for row in options for _ in row.lines]
    if len(lines) <= room:
        return lines, [*indexes], 0, 1
    head = max(room - 1, 1)
    lowest = len(lines) - head
    at = min(view.offset, lowest)
    if view.waiting.lit in indexes:
        first = indexes.index(view.waiting.lit)
        last = first + indexes.count(view.waiting.lit) - 1
        at = min(max(at, last - head + 1), first)
    if room < 1:
        return [], [], lowest, head
    if room == 1:
        return lines[at : at + 1], [*indexes[at : at + 1]], lowest, head
    below = len(lines) - at - head
    told = [f"{at} above"] if at else []
    told += [f"{below} more"] if below else []
    gap = setting.fitted([(f"  ⋯ {' · '.join(told)} ", view.look.ink.warning)], view.look.width)
    return [*lines[at : at + head], gap], [*indexes[at : at + head], None], lowest, head


def _rows(view: View, question: Question) -> Iterator[Row]:
    waiting = view.waiting
    for index, option in enumerate(question.options):
        yield _row(view, question, index, revealed(option.label), revealed(option.description))
    if question.allow_other:
        own = f"{OWN[:-1]}: {revealed(waiting.own)}" if waiting.own else OWN
        yield _row(view, question, len(question.options), own, "")


def _row(view: View, question: Question, index: int, label: str, description: str) -> Row:
    look, waiting = view.look, view.waiting
    ink, own = look.ink, index == len(question.options)
    number = "w" if own else DIGITS[index : index + 1] or " "
    box = " " if own else SIGNS["done" if index in waiting.chosen else "todo"]
    ready = view.ready and not waiting.entry
    key = ink.accent + Style(bold=True) if ready else ink.faint
    text = (ink.muted if own else ink.text) if ready else ink.faint
    lead = [("  ", _NONE), (number, key), (f" {box} " if question.multiple else "  ", text)]
    parts = [(_flat(label), text)]
    parts += [(f"  {_flat(description)}", ink.muted if ready else ink.faint)] if description else []
    lines = setting.wrapped(parts, look.width, first=lead)
    lit = waiting.lit == index and not waiting.entry
    return Row(tuple(_lit(line, ink.cursor) for line in lines) if lit else tuple(lines), index)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _lit(line: Line, over: Style) -> Line:
    parts = tuple(Segment(part.text, part.style + over if part.style else over) for part in line.parts)
    return replace(line, parts=parts, fill=over)


def _keys(view: View) -> Iterator[tuple[str, str]]:
    question = view.waiting.question
    assert question is not None
    yield "Esc", view.hints.get("interrupt", "no answer")
    if question.options:
        yield f"1-{min(len(question.options), 9)}", "tick" if question.multiple else "choose"
        yield "↑ ↓", "move"
    if question.multiple:
        yield "Space", "tick"
        yield "Enter", "answer"
    else:
        yield "Enter", "take"
    if question.allow_other:
        yield "w", "own words"
    if view.waiting.at:
        yield "Backspace", "question before"
