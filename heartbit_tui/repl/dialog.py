"""What waits for a person, and what each key or line of the person's means for it; no screen, no clock."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested, Question, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt

Request: TypeAlias = ApprovalRequested | QuestionAsked
Stage: TypeAlias = Literal["choose", "rule", "reason", "words"]
Reply: TypeAlias = Decide | Answer | Interrupt
Meaning: TypeAlias = Literal["once", "session", "always", "no", "because"]

KEYS: Mapping[str, Meaning] = MappingProxyType(
    {
        **dict.fromkeys(("y", "1"), "once"),
        **dict.fromkeys(("s", "2"), "session"),
        **dict.fromkeys(("a", "3"), "always"),
        **dict.fromkeys(("n", "4"), "no"),
        **dict.fromkeys(("e", "tab"), "because"),
    }
)
"""The keys of an approval. A question takes 1 to 9, `w` or Tab for words, Enter to confirm several."""

WORDS: Mapping[str, Meaning] = MappingProxyType(
    {**KEYS, "yes": "once", "session": "session", "always": "always", "no": "no"}
)
"""What a line may begin with where single keys cannot be read."""

DIGITS = "123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The state of a dialog: what is asked, which of how many, and what the person is doing about it."""

    request: Request
    place: int
    count: int
    stage: Stage
    question: Question | None = None
    chosen: frozenset[int] = frozenset()

    @property
    def rememberable(self) -> bool:
        """Whether there is a rule that would let such a call pass from now on."""
        return isinstance(self.request, ApprovalRequested) and bool(self.request.proposal)


class Dialog:
    """The requests that wait, oldest first, one of them open at a time."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._seen = 0
        self._stage: Stage = "choose"
        self._answers: list[tuple[str, ...]] = []
        self._chosen: set[int] = set()

    @property
    def waiting(self) -> Waiting | None:
        """What is open, or None."""
        if not self._requests:
            return None
        request = self._requests[0]
        question = request.questions[len(self._answers)] if isinstance(request, QuestionAsked) else None
        return Waiting(
            request=request,
            place=self._seen + 1,
            count=self._seen + len(self._requests),
            stage=self._stage,
            question=question,
            chosen=frozenset(self._chosen),
        )

    def open(self, request: Request) -> None:
        """Put a request behind those that wait."""
        self._requests.append(request)

    def close(self, id: str) -> None:
        """Forget a request that was settled, wherever that was done."""
        kept = [request for request in self._requests if request.id != id]
        if len(kept) < len(self._requests):
            self._seen += 1
            if kept[:1] != self._requests[:1]:
                self._begin()
        self._requests = kept
        self._seen = self._seen if kept else 0

    def clear(self) -> None:
        """Forget everything: the run is over."""
        self._requests, self._seen = [], 0
        self._begin()

    def key(self, key: str) -> tuple[Reply, ...] | None:
        """What a single key does: the ops to send, or None where the key means nothing here."""
        waiting = self.waiting
        if waiting is None or waiting.stage != "choose":
            return None
        if isinstance(waiting.request, ApprovalRequested):
            meaning = KEYS.get(key)
            return None if meaning is None else self._approve(waiting, waiting.request, meaning)
        assert waiting.question is not None
        return self._choose(waiting.question, key)

    def line(self, text: str) -> tuple[Reply, ...]:
        """What a line does that was asked for: a rule, a reason, an answer in own words."""
        waiting, said = self.waiting, text.strip()
        if waiting is None:
            return ()
        match waiting.request, waiting.stage:
            case ApprovalRequested(id=id), "rule":
                return (Decide(id=id, allow=True, scope="project", pattern=said or waiting.request.proposal),)
            case ApprovalRequested(id=id), "reason":
                return (Decide(id=id, allow=False, note=said),)
            case QuestionAsked(), _ if waiting.question is not None and said:
                return self._say(waiting.question, said)
            case _:
                return ()

    def back(self) -> None:
        """Leave the rule, the reason or the words, and choose again."""
        self._stage = "choose"

    def refuse(self) -> tuple[Reply, ...]:
        """Refuse and give the turn back."""
        match self.waiting:
            case Waiting(request=ApprovalRequested(id=id)):
                return (Decide(id=id, allow=False), Interrupt())
            case Waiting(request=QuestionAsked(id=id)):
                return (Answer(id=id, answers=()),)
            case _:
                return ()

    def spoken(self, text: str) -> tuple[Reply, ...] | None:
        """What a whole line means where there are no single keys; None where it cannot be understood."""
        waiting = self.waiting
        if waiting is None:
            return None
        if waiting.stage != "choose":
            return self.line(text)
        if isinstance(waiting.request, QuestionAsked):
            return self.refuse() if text.strip() == "-" else (self.line(text) if text.strip() else None)
        word, _, rest = text.strip().partition(" ")
        meaning = WORDS.get(word.lower())
        if meaning is None:
            return None
        if meaning in ("no", "because") and rest:
            return (Decide(id=waiting.request.id, allow=False, note=rest.strip()),)
        return None if rest else self._approve(waiting, waiting.request, meaning)

    def _approve(self, waiting: Waiting, request: ApprovalRequested, meaning: Meaning) -> tuple[Reply, ...] | None:
        match meaning:
            case "once":
                return (Decide(id=request.id, allow=True),)
            case "no":
                return (Decide(id=request.id, allow=False),)
            case "because":
                self._stage = "reason"
                return ()
            case _ if not waiting.rememberable:
                return None
            case "session":
                return (Decide(id=request.id, allow=True, scope="session"),)
            case "always":
                self._stage = "rule"
                return ()

    def _choose(self, question: Question, key: str) -> tuple[Reply, ...] | None:
        if key in ("w", "tab") and question.allow_other:
            self._stage = "words"
            return ()
        if key == "enter" and question.multiple and self._chosen:
            return self._answered(tuple(question.options[index].label for index in sorted(self._chosen)))
        if key not in DIGITS or not 0 < int(key) <= len(question.options):
            return None
        if not question.multiple:
            return self._answered((question.options[int(key) - 1].label,))
        self._chosen ^= {int(key) - 1}
        return ()

    def _say(self, question: Question, said: str) -> tuple[Reply, ...]:
        labels = _numbered(question, said)
        if labels is None and not question.allow_other:
            return ()
        return self._answered(labels or (said,))

    def _answered(self, labels: tuple[str, ...]) -> tuple[Reply, ...]:
        request = self._requests[0]
        assert isinstance(request, QuestionAsked)
        answers = (*self._answers, labels)
        if len(answers) == len(request.questions):
            return (Answer(id=request.id, answers=answers),)
        self._begin()
        self._answers = list(answers)
        return ()

    def _begin(self) -> None:
        self._stage = "choose"
        self._answers = []
        self._chosen = set()


def _numbered(question: Question, said: str) -> tuple[str, ...] | None:
    """The labels that numbers such as `2` or `1, 3` stand for; None where these are words."""
    parts = [part.strip() for part in said.split(",")]
    known = {str(number): option.label for number, option in enumerate(question.options, 1)}
    known |= {option.label: option.label for option in question.options}
    if not all(part in known for part in parts) or (len(parts) > 1 and not question.multiple):
        return None
    return tuple(known[part] for part in parts)
