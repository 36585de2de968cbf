"""What is done with a letter by a word: accepted, refused, answered, put away, taken back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.client import letters
from heartbit_tui.client.letters import DRAFT, Asked, Behind, Letter, Letters, numbered
from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide
from heartbit_tui.schedules.beats_told import ago

Verb: TypeAlias = Callable[[Letters, Letter, Sequence[str]], Awaitable[str]]

LISTED = 20
EMPTY = "Nothing waits in the inbox."
UNKNOWN = "/inbox takes the number of a letter, or {verbs} and a number, or nothing for those that wait."
NO_OFFER = "There is nothing to {verb} in letter {number}."
NO_QUESTION = "Letter {number} asks nothing that can be answered in words."
PARTS = "It has {count} questions; give an answer to each."
KEPT = "What was changed stays. Done with."
MORE = "Say /inbox refuse {number} yes to take it back."
DONE, BACK = "Done with; /inbox restore {number} takes it back.", "It waits again."
SENT = "Sent: {what}."


async def told(found: Letters, argument: str, now: datetime) -> str:
    """What comes of `/inbox ARGUMENT`, in lines. Raises `HeartbitError`, `OSError`."""
    words = argument.split()
    if not words:
        return await _list(found, now)
    if words[0] in VERBS:
        if len(words) < 2:
            raise HeartbitError(UNKNOWN.format(verbs=", ".join(VERBS)))
        return await VERBS[words[0]](found, await found.get(numbered(words[1])), words[2:])
    if len(words) > 1:
        raise HeartbitError(UNKNOWN.format(verbs=", ".join(VERBS)))
    letter = await found.get(numbered(words[0]))
    await found.mark(letter.id, read=True)
    return "\n".join(_lines(letter, await found.behind(letter), now))


async def accept(found: Letters, letter: Letter, words: Sequence[str] = ()) -> str:
    """Accept the draft, allow the calls that wait, or let stand what was changed. Raises `HeartbitError`, `OSError`."""
    if letter.kind == DRAFT:
        return await found.decide(letter, accept=True)
    behind = await found.behind(letter)
    if calls := _calls(behind):
        return await _decide(found, calls, allow=True)
    if not behind.diff and not letter.changed:
        raise HeartbitError(NO_OFFER.format(verb="accept", number=letter.id))
    await found.finish(letter.id, done=True)
    return KEPT


async def refuse(found: Letters, letter: Letter, words: Sequence[str] = ()) -> str:
    """Refuse the draft, the calls that wait, or, with the word `yes`, what was changed. Raises as `accept` does."""
    if letter.kind == DRAFT:
        return await found.decide(letter, accept=False)
    behind = await found.behind(letter)
    if calls := _calls(behind):
        return await _decide(found, calls, allow=False)
    if not behind.diff and not letter.changed:
        raise HeartbitError(NO_OFFER.format(verb="refuse", number=letter.id))
    if tuple(words) != ("yes",):
        return f"{await found.take_back(letter, sure=False)} {MORE.format(number=letter.id)}"
    said = await found.take_back(letter, sure=True)
    await found.finish(letter.id, done=True)
    return said


async def answer(found: Letters, letter: Letter, words: Sequence[str]) -> str:
    """Answer the question, each of its parts by one word or, of one alone, by all of them. Raises as `accept` does."""
    behind = await found.behind(letter)
    asked = next((each for each in behind.asked if isinstance(each.request, QuestionAsked)), None)
    if asked is None or not isinstance(asked.request, QuestionAsked):
        raise HeartbitError(behind.note or NO_QUESTION.format(number=letter.id))
    count = len(asked.request.questions)
    given = (" ".join(words),) if count == 1 else tuple(words)
    if len(given) != count or not all(given):
        raise HeartbitError(PARTS.format(count=count))
    await found.answer(asked.session, Answer(id=asked.request.id, answers=tuple((each,) for each in given)))
    return SENT.format(what=", ".join(given))


async def _finish(found: Letters, letter: Letter, words: Sequence[str]) -> str:
    await found.finish(letter.id, done=True)
    return DONE.format(number=letter.id)


async def _restore(found: Letters, letter: Letter, words: Sequence[str]) -> str:
    await found.finish(letter.id, done=False)
    return BACK


async def _list(found: Letters, now: datetime) -> str:
    waiting = await found.list()
    rows = [_row(each, now) for each in waiting[:LISTED]]
    more = [f"and {len(waiting) - LISTED} more"] if len(waiting) > LISTED else []
    return "\n".join((*rows, *more, "/inbox N shows one of them.")) if rows else EMPTY


def _row(letter: Letter, now: datetime) -> str:
    said = one_line(revealed(f"{letters.who(letter)} {letters.how(letter)}: {letter.title}"), 90)
    return f"{letter.id:>4}  {ago(letter.at, now):<10}  {'' if letter.read else '* '}{said}"


def _lines(letter: Letter, behind: Behind, now: datetime) -> Sequence[str]:
    """A letter and what stands behind it."""
    price = letters.cost(letter)
    head = f"{letters.who(letter)} {letters.how(letter)}, {ago(letter.at, now)}{f', {price}' if price else ''}"
    found = [head, letter.text or letter.title]
    found += [f"The draft, {behind.state}:", behind.skill] if behind.skill else []
    found += ["Changed:", *(f"  {each}" for each in letter.changed)] if letter.changed else []
    found += [behind.diff.rstrip("\n")] if behind.diff else []
    found += [_asked(each) for each in behind.asked]
    found += [behind.note] if behind.note else []
    found += [f"session {behind.session}"] if behind.session else []
    return [revealed(each) for each in found]


def _asked(asked: Asked) -> str:
    request = asked.request
    if isinstance(request, ApprovalRequested):
        return f"It wants to call {request.call.name}: {dict(request.call.input)}. {request.reason}".strip()
    return "\n".join(
        f"It asks: {each.question} {' | '.join(option.label for option in each.options)}".rstrip()
        for each in request.questions
    )


def _calls(behind: Behind) -> tuple[Asked, ...]:
    return tuple(each for each in behind.asked if isinstance(each.request, ApprovalRequested))


async def _decide(found: Letters, calls: Sequence[Asked], *, allow: bool) -> str:
    for each in calls:
        await found.answer(each.session, Decide(id=each.request.id, allow=allow))
    return SENT.format(what="yes" if allow else "no")


VERBS: Mapping[str, Verb] = MappingProxyType(
    {"accept": accept, "refuse": refuse, "answer": answer, "done": _finish, "restore": _restore}
)
"""What may stand before the number of a letter."""
