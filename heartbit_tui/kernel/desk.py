"""An agent's place in a session: its conversation, its name on every event, its way to a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.errors import RefusedError
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    Event,
    Question,
    QuestionAnswered,
    QuestionAsked,
    UserMessage,
)
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import Message, ToolCall, ToolResult, user
from heartbit_tui.kernel.ops import Answer, Decide, Effort, Mode
from heartbit_tui.kernel.protocols import Ask, Clock, Journal, Provider
from heartbit_tui.kernel.questions import Questions

NOBODY = "nobody is there to approve it"
FAILED = "The run needed an approval of `{name}` that nobody can give: {reason}. Allow it with --allow, or use a mode."


@dataclass(slots=True, kw_only=True)
class Settings:
    """What holds from the next turn on; a session changes it."""

    mode: Mode
    provider: Provider
    effort: Effort | None = None
    on_ask: OnAsk = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The ways to a person."""

    approvals: Questions[Decide] = field(default_factory=Questions[Decide])
    questions: Questions[Answer] = field(default_factory=Questions[Answer])


class Desk:
    """The `Host` of one agent."""

    def __init__(
        self,
        agent: str,
        *,
        append: Callable[[str, Event], Envelope],
        journal: Journal,
        clock: Clock,
        settings: Settings,
        people: People,
    ) -> None:
        self.agent = agent
        self.conversation = Conversation(agent)
        self.facts: Callable[[Mode], str] = lambda _: ""
        self._append = append
        self._journal = journal
        self._clock = clock
        self._settings = settings
        self._people = people
        self._said: list[str] = []
        self._told = ""

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def mode(self) -> Mode:
        return self._settings.mode

    @property
    def provider(self) -> Provider:
        return self._settings.provider

    @property
    def effort(self) -> Effort | None:
        return self._settings.effort

    def emit(self, event: Event) -> int:
        return self._append(self.agent, event).seq

    async def committed(self, seq: int) -> None:
        await self._journal.committed(seq)

    def messages(self) -> tuple[Message, ...]:
        facts = self.facts(self.mode)
        if facts and facts != self._told:
            self._told = facts
            self.emit(UserMessage(message=user(facts), origin="heartbit"))
        return self.conversation.messages()

    def unanswered(self) -> tuple[ToolResult, ...]:
        return self.conversation.unanswered()

    def say(self, text: str) -> None:
        """Leave words for the next tool boundary."""
        self._said.append(text)

    def steers(self) -> tuple[str, ...]:
        words = tuple(self._said)
        self._said.clear()
        return words

    async def approve(self, call: ToolCall, ask: Ask, *, turn: int, preview: str) -> Decide:
        request_id = f"approve-{call.id}-{turn}"
        self.emit(
            ApprovalRequested(
                turn=turn,
                tool_names=(call.name,),
                id=request_id,
                call=call,
                reason=ask.reason,
                rule=ask.rule,
                proposal=ask.proposal,
                preview=preview,
            )
        )
        attended = self._settings.on_ask == "person"
        decision = await self._people.approvals.wait(request_id) if attended else Decide(id=request_id, allow=False)
        self.emit(
            ApprovalDecision(
                turn=turn,
                approved=decision.allow,
                id=request_id,
                tool_call_id=call.id,
                scope=decision.scope,
                pattern=decision.pattern,
                note=decision.note,
                by="person" if attended else "policy",
            )
        )
        if self._settings.on_ask == "fail":
            raise RefusedError(FAILED.format(name=call.name, reason=ask.reason or NOBODY))
        return decision

    async def ask(self, questions: Sequence[Question], call_id: str = "") -> tuple[tuple[str, ...], ...] | None:
        if self._settings.on_ask != "person":
            return None
        question_id = f"ask-{call_id or len(self.conversation.messages())}"
        self.emit(QuestionAsked(id=question_id, questions=tuple(questions), tool_call_id=call_id))
        answer = await self._people.questions.wait(question_id)
        self.emit(QuestionAnswered(id=question_id, answers=answer.answers))
        return answer.answers or None
