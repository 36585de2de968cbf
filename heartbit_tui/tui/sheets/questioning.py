"""What each key means for a question, of which a request may have several."""

from dataclasses import replace

from heartbit_tui.kernel.events import Question, QuestionAsked
from heartbit_tui.kernel.ops import Answer
from heartbit_tui.tui.sheets.entry import Entry
from heartbit_tui.tui.sheets.waiting import Outcome, Waiting

DIGITS = "123456789"
WORDS = frozenset({"w", "tab"})
BACK = frozenset({"backspace", "left"})


def press(state: Waiting, key: str, question: Question) -> Outcome | None:
    """What a key does while nothing is being written; None where it means nothing."""
    if key == "escape":
        return refuse(state)
    if key in WORDS and question.allow_other:
        return _writing(state)
    if key in BACK and state.at:
        return shown(state, state.at - 1), ()
    if key == "enter":
        return _confirm(state, question)
    if key == "space":
        return (state, ()) if state.lit is None else pick(state, state.lit, question)
    if key in DIGITS and int(key) <= len(question.options):
        return pick(state, int(key) - 1, question)
    return None


def pick(state: Waiting, index: int, question: Question) -> Outcome:
    """Take an option, tick it where there may be several, or begin to write where it is the row for own words."""
    if index >= len(question.options):
        return _writing(state)
    if question.multiple:
        return replace(state, lit=index, chosen=state.chosen ^ {index}), ()
    return _answered(state, (question.options[index].label,))


def written(state: Waiting, text: str, question: Question) -> Outcome:
    """What Enter does with own words; they join the options that were ticked."""
    said = text.strip()
    return _answered(state, (*_labels(state, question), said)) if said else (state, ())


def refuse(state: Waiting) -> Outcome:
    """Decline to answer."""
    return state, (Answer(id=state.ticket.id, answers=()),)


def shown(state: Waiting, at: int) -> Waiting:
    """The state with the question at this index shown, as it was answered before."""
    assert isinstance(state.request, QuestionAsked)
    question = state.request.questions[at]
    said = state.answers[at] if at < len(state.answers) else ()
    labels = [option.label for option in question.options]
    chosen = frozenset(labels.index(label) for label in said if label in labels)
    own = " ".join(label for label in said if label not in labels)
    lit = min(chosen, default=len(labels) if own else None)
    fresh = replace(state, at=at, lit=lit, chosen=chosen if question.multiple else frozenset(), own=own)
    empty = not labels and question.allow_other
    return replace(fresh, stage="words" if empty else "choose", entry=Entry.of(own) if empty else None)


def _writing(state: Waiting) -> Outcome:
    return replace(state, stage="words", entry=Entry.of(state.own)), ()


def _confirm(state: Waiting, question: Question) -> Outcome:
    labels = _labels(state, question)
    if labels:
        return _answered(state, labels)
    if state.lit is None or (question.multiple and state.lit < len(question.options)):
        return state, ()
    return pick(state, state.lit, question)


def _labels(state: Waiting, question: Question) -> tuple[str, ...]:
    return tuple(question.options[index].label for index in sorted(state.chosen))


def _answered(state: Waiting, labels: tuple[str, ...]) -> Outcome:
    assert isinstance(state.request, QuestionAsked)
    answers = (*state.answers[: state.at], labels, *state.answers[state.at + 1 :])
    following = replace(state, answers=answers)
    if state.at + 1 == len(state.request.questions):
        return following, (Answer(id=state.ticket.id, answers=answers),)
    return shown(following, state.at + 1), ()
