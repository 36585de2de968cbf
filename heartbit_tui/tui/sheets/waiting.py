"""What waits for a person, as it stands when it is drawn."""

import hashlib
import json
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested, Question, QuestionAsked
from heartbit_tui.kernel.ops import Answer, Decide, Interrupt
from heartbit_tui.tui.sheets.entry import Entry

Request: TypeAlias = ApprovalRequested | QuestionAsked
Ops: TypeAlias = tuple[Decide | Answer | Interrupt, ...]
Stage: TypeAlias = Literal["choose", "rule", "reason", "words"]
Act: TypeAlias = Literal[
    "allow-once",
    "allow-session",
    "allow-always",
    "refuse",
    "refuse-saying",
    "split-diff",
    "full-screen",
    "explain",
]
"""What a key does in an approval; named as the list of actions names it."""

ANSWERS: tuple[Act, ...] = ("allow-once", "allow-session", "allow-always", "refuse", "refuse-saying")
"""The acts that are choices, in the order in which they stand."""

LASTING = frozenset({"allow-session", "allow-always"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticket:
    """One request as it came, told from all others by identity; `digest` is that of the call's tool and input."""

    request: Request
    agent: str = ""
    digest: str = ""

    @property
    def id(self) -> str:
        """What an op has to name."""
        return self.request.id

    @property
    def call_id(self) -> str:
        """The call that waits."""
        return self.request.call.id if isinstance(self.request, ApprovalRequested) else self.request.tool_call_id


def ticket(request: Request, agent: str = "") -> Ticket:
    """The ticket of a request that has just come."""
    if not isinstance(request, ApprovalRequested):
        return Ticket(request=request, agent=agent)
    told = json.dumps([request.call.name, dict(request.call.input)], sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return Ticket(request=request, agent=agent, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is open and what the person is doing about it.

    `place` of `count` requests; of a question's several, number `at` is shown. `lit` is the choice that the arrows
    have gone to, None before they were used. `chosen` are the options ticked.
    """

    ticket: Ticket
    place: int = 1
    count: int = 1
    stage: Stage = "choose"
    at: int = 0
    lit: int | None = None
    chosen: frozenset[int] = frozenset()
    answers: tuple[tuple[str, ...], ...] = ()
    own: str = ""
    entry: Entry | None = None
    explained: bool = False
    split: bool = False
    full: bool = False

    @property
    def request(self) -> Request:
        """What is asked."""
        return self.ticket.request

    @property
    def question(self) -> Question | None:
        """The question that is shown, None for an approval."""
        return self.request.questions[self.at] if isinstance(self.request, QuestionAsked) else None

    @property
    def acts(self) -> tuple[Act, ...]:
        """What an approval offers; without a proposal nothing can be remembered."""
        if not isinstance(self.request, ApprovalRequested):
            return ()
        return ANSWERS if self.request.proposal else tuple(act for act in ANSWERS if act not in LASTING)

    @property
    def rows(self) -> int:
        """How many choices there are; own words are the last of a question's."""
        question = self.question
        return len(self.acts) if question is None else len(question.options) + question.allow_other


Outcome: TypeAlias = tuple[Waiting, Ops]
"""How things stand after a key, and what it sends."""
