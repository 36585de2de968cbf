"""Pieces as plain lines, each with a word that says who speaks: for screen readers, pipes and dumb terminals."""

from heartbit_tui.client import titles
from heartbit_tui.client.visible import harmless, one_line, revealed
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.repl.paint import MARKS
from heartbit_tui.repl.pieces import Asked, Called, Closed, Ended, Piece, Planned, Said, Settled, Told, Wrote

ANSWER = "heartbit: "
THINKING = "thinking: "
TOOL = "tool: "
WIDTH = 400
"""Characters of a call that are read out."""


class Spoken:
    """Draws pieces in order; text of an answer is given line by line as soon as a line is whole.

    Without `thinking` a model's reasoning is left out.
    """

    def __init__(self, *, thinking: bool = True) -> None:
        self._shows_thinking = thinking
        self._rest = ""
        self._thinking = False

    def draw(self, piece: Piece) -> str:
        """The lines for a piece, each ended by a newline."""
        match piece:
            case Wrote(thinking=True) if not self._shows_thinking:
                return ""
            case Wrote(text=text, thinking=thinking):
                done = self._finish() if thinking != self._thinking else ""
                self._thinking = thinking
                *whole, self._rest = (self._rest + text).split("\n")
                return done + "".join(self._line(line) for line in whole)
            case Closed(void=void):
                return self._finish() + (f"{ANSWER}({void})\n" if void else "")
            case _:
                return self._finish() + _whole(piece)

    def _finish(self) -> str:
        rest, self._rest = self._rest, ""
        return self._line(rest) if rest else ""

    def _line(self, text: str) -> str:
        return _prefixed(THINKING if self._thinking else ANSWER, harmless(text)) if text.strip() else ""


def _whole(piece: Said | Called | Planned | Told | Asked | Settled | Ended) -> str:
    match piece:
        case Said(text=text, how=how):
            mark = {"prompt": "you> ", "steer": "you (meanwhile)> ", "queued": "you (queued)> "}[how]
            return _prefixed(mark, harmless(text))
        case Called():
            return _called(piece)
        case Planned(todos=todos):
            return "".join(f"todo: {MARKS.get(status, '[ ]')} {one_line(words, WIDTH)}\n" for status, words in todos)
        case Told(level=level, text=text):
            return _prefixed(f"{level}: ", harmless(text))
        case Asked():
            return _asked(piece)
        case Settled(text=text):
            return _prefixed("approval: ", harmless(text))
        case Ended(how=how, text=text):
            return (
                "" if how == "completed" else _prefixed("error: " if how == "failed" else "stopped: ", harmless(text))
            )


def _called(call: Called) -> str:
    state = "failed" if call.is_error else "ok"
    outcome = f", {call.outcome}" if call.outcome and call.outcome != state else ""
    who = _who(call.agent)
    head = f"{who}{one_line(f'{call.tool} {call.title}', WIDTH)} ({state}{outcome}, {titles.span(call.milliseconds)})"
    return f"{TOOL}{head}\n{_prefixed('diff: ', revealed(call.diff))}{_prefixed('output: ', harmless(call.tail))}"


def _asked(asked: Asked) -> str:
    match asked.request:
        case ApprovalRequested(call=call, reason=reason, preview=preview):
            head = f"approval: {_who(asked.agent)}{one_line(call.name, 40)} {one_line(revealed(asked.title), WIDTH)}".rstrip()
            shown = _prefixed("preview: ", revealed(preview))
            return f"{head}\n{shown}{_prefixed('approval: ', revealed(reason))}"
        case QuestionAsked(questions=questions):
            who = _who(asked.agent)
            return "".join(_prefixed("question: ", f"{who}{revealed(one.question)}") for one in questions[:1])


def _who(agent: str) -> str:
    return f"{one_line(agent, 40)}: " if agent else ""


def _prefixed(mark: str, text: str) -> str:
    return "".join(f"{mark}{line}\n" for line in text.rstrip("\n").split("\n")) if text.strip() else ""
