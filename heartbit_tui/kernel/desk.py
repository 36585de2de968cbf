"""An agent's place in a session: its conversation, its name on every event, its way to a person."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import count
from typing import Protocol

from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import RefusedError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    Question,
    QuestionAnswered,
    QuestionAsked,
    Terminal,
    UserMessage,
)
from heartbit_tui.kernel.host import Manner, OnAsk
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Message, ToolCall, user
from heartbit_tui.kernel.ops import Answer, Decide, Effort, Mode
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Ask, Clock, Journal, Provider
from heartbit_tui.kernel.questions import Questions

NOBODY = "nobody is there to approve it"
WITHDRAWN = "withdrawn: the call was stopped before anybody decided"
FAILED = "The run needed an approval of `{name}` that nobody can give: {reason}. Allow it with --allow, or use a mode."


class Terms(Protocol):
    """What holds for an agent from its next turn on; `strongest` holds for one answer."""

    strongest: bool

    @property
    def mode(self) -> Mode:
        """How much may be done without asking."""
        ...

    @property
    def provider(self) -> Provider:
        """The model that answers."""
        ...

    @property
    def effort(self) -> Effort | None:
        """How much it should think."""
        ...

    @property
    def on_ask(self) -> OnAsk:
        """Who answers an approval."""
        ...

    @property
    def caps(self) -> Caps:
        """What may be spent before a person is asked."""
        ...


@dataclass(slots=True, kw_only=True)
class Settings:
    """The `Terms` of a session's own agent; the session changes them."""

    mode: Mode
    provider: Provider
    effort: Effort | None = None
    strongest: bool = False
    on_ask: OnAsk = "person"
    caps: Caps = field(default_factory=Caps)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The ways to a person, shared by all agents of a session; `numbers` make the ids of what is asked."""

    approvals: Questions[Decide] = field(default_factory=Questions[Decide])
    questions: Questions[Answer] = field(default_factory=Questions[Answer])
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class Desk:
    """The `Host` of one agent."""

    def __init__(
        self,
        agent: str,
        *,
        append: Callable[[str, Event], Envelope],
        journal: Journal,
        clock: Clock,
        settings: Terms,
        people: People,
    ) -> None:
        self.agent = agent
        self.conversation = Conversation(agent)
        self.facts: Callable[[Mode], str] = lambda _: ""
        self.news: Callable[[str], Sequence[str]] = lambda _: ()
        """What the model of an agent is to be told with its next turn."""
        self.budget: Budget | None = None
        self.caps: Caps = settings.caps
        self._append = append
        self._journal = journal
        self._clock = clock
        self.terms = self.own_terms = settings
        """What holds for whoever works here now, and where nobody else does."""
        self._people = people
        self._said: list[str] = []
        self._heard = 0

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def mode(self) -> Mode:
        return self.terms.mode

    @property
    def provider(self) -> Provider:
        return self.terms.provider

    @property
    def manner(self) -> Manner:
        return Manner(effort=self.terms.effort, strongest=self.terms.strongest)

    @property
    def attended(self) -> bool:
        return self.terms.on_ask == "person"

    def emit(self, event: Event) -> int:
        envelope = self._append(self.agent, event)
        self.hear(envelope)
        return envelope.seq

    def hear(self, envelope: Envelope) -> None:
        """Take note of an envelope of this agent, or of one that works for it; the second time changes nothing."""
        if envelope.seq <= self._heard:
            return
        self._heard = envelope.seq
        self.conversation.apply(envelope)
        if envelope.agent == self.agent and isinstance(envelope.event, LlmResponse | Terminal):
            self.terms.strongest = False
        if self.budget is not None and isinstance(envelope.event, ModelCalled):
            self.budget.spend(envelope.event.usage, envelope.event.cost_usd)

    async def committed(self, seq: int) -> None:
        await self._journal.committed(seq)

    def messages(self) -> tuple[Message, ...]:
        for text in self.news(self.agent):
            self.emit(UserMessage(message=user(text), origin="heartbit"))
        facts = self.facts(self.mode)
        if facts and facts != self.conversation.last_told({self.facts(mode) for mode in Mode}):
            self.emit(UserMessage(message=user(facts), origin="heartbit"))
        return self.conversation.messages()

    def past(self) -> Past:
        return self.conversation.past()

    def knows(self, call_id: str) -> bool:
        return self.conversation.knows(call_id)

    def say(self, text: str) -> None:
        """Leave words for the next tool boundary."""
        self._said.append(text)

    def steers(self) -> tuple[str, ...]:
        words = tuple(self._said)
        self._said.clear()
        return words

    async def approve(self, call: ToolCall, ask: Ask, *, turn: int, preview: str) -> Decide:
        request_id = f"approval-{next(self._people.numbers)}"
        requested = ApprovalRequested(
            turn=turn,
            tool_names=(call.name,),
            id=request_id,
            call=call,
            reason=ask.reason,
            rule=ask.rule,
            proposal=ask.proposal,
            preview=preview,
            precedent=ask.precedent,
        )
        self.emit(requested)
        decision = Decide(id=request_id, allow=False, note=WITHDRAWN)
        by_person = False
        try:
            decision, by_person = await self._decision(request_id), self.attended
        finally:
            self.emit(_decided(requested, decision, by_person))
        if self.terms.on_ask == "fail":
            raise RefusedError(FAILED.format(name=call.name, reason=ask.reason or NOBODY))
        if decision.allow and decision.note:
            self.say(decision.note)
        return decision

    async def _decision(self, request_id: str) -> Decide:
        if not self.attended:
            return Decide(id=request_id, allow=False)
        return await self._people.approvals.wait(request_id)

    async def ask(self, questions: Sequence[Question], call_id: str = "") -> tuple[tuple[str, ...], ...] | None:
        if not self.attended:
            return None
        question_id = f"question-{next(self._people.numbers)}"
        self.emit(QuestionAsked(id=question_id, questions=tuple(questions), tool_call_id=call_id))
        answers: tuple[tuple[str, ...], ...] = ()
        try:
            answers = (await self._people.questions.wait(question_id)).answers
        finally:
            self.emit(QuestionAnswered(id=question_id, answers=answers))
        return answers or None


def _decided(asked: ApprovalRequested, decision: Decide, by_person: bool) -> ApprovalDecision:
    return ApprovalDecision(
        turn=asked.turn,
        approved=decision.allow,
        id=asked.id,
        tool_call_id=asked.call.id,
        scope=decision.scope,
        pattern=decision.pattern,
        note=decision.note,
        by="person" if by_person else "policy",
    )
