"""What waits for a person, said in words, and words taken for an answer to it; pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from heartbit_tui.a2a.serving import Declined
from heartbit_tui.client.visible import revealed
from heartbit_tui.daemon.asked import Request
from heartbit_tui.kernel.events import ApprovalRequested, Question, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide

ALLOWS: Final = frozenset({"allow", "yes"})
DENIES: Final = frozenset({"deny", "no"})
CALL: Final = "The tool {name} waits for a word: {input}"
DECIDE: Final = "Answer with the word “allow” or “deny”."
EACH: Final = "Answer each of the {count} questions on a line of its own, or in a part of its own."
ONE_OF: Final = "Answer with one of: {labels}."
SOME_OF: Final = "Answer with one or more of these, with commas between them: {labels}."
OR_ELSE: Final = " Or with words of your own."
NO_WORD: Final = "a call waits: answer with the word “allow” or “deny”"
NO_LABEL: Final = "“{question}” is answered with one of: {labels}"
NOT_AS_MANY: Final = "{count} questions were asked: answer each on a line of its own, or in a part of its own"


def words_of(request: Request) -> str:
    """What waits, all of it that decides, and how it is answered."""
    if isinstance(request, ApprovalRequested):
        given = json.dumps(request.call.input, ensure_ascii=False)
        call = CALL.format(name=request.call.name, input=given)
        return revealed("\n".join(filter(None, (call, request.reason, DECIDE))))
    lines = [line for each in request.questions for line in _lines(each)]
    count = len(request.questions)
    return "\n".join([*lines, *([EACH.format(count=count)] if count > 1 else [])])


def op_of(request: Request, texts: Sequence[str]) -> Decide | Answer:
    """The answer that a message is. Raises `Declined`; then what waits goes on waiting."""
    if isinstance(request, ApprovalRequested):
        word = " ".join(texts).strip().strip(".!").casefold()
        if word not in ALLOWS | DENIES:
            raise Declined("invalid", NO_WORD)
        return Decide(id=request.id, allow=word in ALLOWS)
    return Answer(id=request.id, answers=tuple(_answers(request, texts)))


def _lines(question: Question) -> Iterator[str]:
    yield question.question
    for choice in question.options:
        yield f"- {choice.label}: {choice.description}" if choice.description else f"- {choice.label}"
    if question.options:
        form = SOME_OF if question.multiple else ONE_OF
        yield form.format(labels=_labels(question)) + (OR_ELSE if question.allow_other else "")


def _answers(request: QuestionAsked, texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    count = len(request.questions)
    given = ["\n".join(texts)] if count == 1 else list(texts)
    if count > 1 and len(given) != count:
        given = [line for text in texts for line in text.splitlines() if line.strip()]
    if len(given) != count:
        raise Declined("invalid", NOT_AS_MANY.format(count=count))
    for question, text in zip(request.questions, given, strict=True):
        yield _chosen(question, text.strip())


def _chosen(question: Question, text: str) -> tuple[str, ...]:
    """The labels that a text names, else the text itself. Raises `Declined`."""
    known = {choice.label.casefold(): choice.label for choice in question.options}
    if text.casefold() in known:
        return (known[text.casefold()],)
    several = [each.strip().casefold() for each in text.split(",")] if question.multiple else []
    if several and all(each in known for each in several):
        return tuple(dict.fromkeys(known[each] for each in several))
    if not text or (known and not question.allow_other):
        raise Declined("invalid", NO_LABEL.format(question=question.question, labels=_labels(question)))
    return (text,)


def _labels(question: Question) -> str:
    return ", ".join(choice.label for choice in question.options)
