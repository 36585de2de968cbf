"""What the model sees: the fold of a session's log into messages that every provider accepts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextRestored,
    ContextSummarized,
    Envelope,
    ModeChanged,
    NameRepaired,
    ResultReplaced,
    ResultRestored,
    Rewound,
    SessionStarted,
    TodosChanged,
    ToolAnswered,
    ToolCallStarted,
    ToolDropped,
    ToolRestored,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolCall, ToolResult, User, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.past import Entry, Mark, Past, Placed, folds, replaced, undone
from heartbit_tui.kernel.rounds import LOST_START, NOT_STARTED, UNKNOWN_OUTCOME, Rounds
from heartbit_tui.kernel.standing import Counted, Standing

__all__ = (
    "LOST_START",
    "NOT_STARTED",
    "SUMMARY",
    "UNKNOWN_OUTCOME",
    "Conversation",
    "Entry",
    "OpenCall",
    "assemble",
)

SUMMARY = "[Summary of the conversation so far]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call without a result, with its repaired name; `began` is None when it never started.

    `result` is a stand-in that tells the truth about it.
    """

    call: ToolCall
    result: ToolResult
    began: datetime | None


class Conversation:
    """The messages of one agent, kept up to date by `apply`.

    Whatever the log holds, also a damaged or a cut one, `messages` alternate between user and assistant, begin
    with a user's, hold no empty block, and answer every tool call exactly once, in the order of the calls. A
    rewind brings back what a later summary had replaced, and one to before a rewind what that had taken away.
    """

    def __init__(self, agent: str, log: Iterable[Envelope] = ()) -> None:
        self._agent = agent
        self._seq = 0
        self._standing = Standing()
        self._entries = Counted[Placed]()
        self._marks = Counted[Mark]()
        self._todos = Counted[tuple[Mapping[str, object], ...]]()
        self._plans = Counted[str]()
        self._left_out = Counted[frozenset[str]]()
        self._told = Counted[str]()
        self._mode: Mode | None = None
        self._begun: dict[str, datetime] = {}
        self._names: dict[str, str] = {}
        self._ids: set[str] = set()
        self._rounds = Rounds(self._begun)
        self._past: Past | None = None
        self._built: tuple[Message, ...] | None = None
        for envelope in log:
            self.apply(envelope)

    def apply(self, envelope: Envelope) -> None:
        """Take in the next envelope; those of other agents, and those taken in before, leave no trace."""
        if envelope.agent != self._agent or envelope.seq <= self._seq:
            return
        self._seq = envelope.seq
        match envelope.event:
            case UserMessage(message=entry, origin=origin):
                self._append(Placed(seq=envelope.seq, entry=entry, origin=origin))
                if origin == "heartbit":
                    self._told.add(envelope.seq, _words(entry))
            case AssistantMessage(message=entry):
                self._ids.update(call.id for call in entry.calls)
                self._append(Placed(seq=envelope.seq, entry=entry))
                self._planned(envelope.seq, entry)
            case ToolAnswered(result=entry):
                self._append(Placed(seq=envelope.seq, entry=entry))
            case ToolCallStarted(tool_call_id=call_id):
                self._begun[call_id] = envelope.at
            case NameRepaired(tool_call_id=call_id, tool_name=name):
                self._names[call_id] = name
            case _:
                self._turn_to(envelope)

    def _turn_to(self, envelope: Envelope) -> None:
        """Take in what is no entry but changes what the model is told."""
        match envelope.event:
            case SessionStarted(mode=mode) | ModeChanged(mode=mode):
                self._mode = mode
            case TodosChanged(todos=todos):
                self._todos.add(envelope.seq, todos)
                self._past = None
            case Rewound(to=seq):
                self._rewind(envelope.seq, seq)
            case ContextSummarized(summary="") | ContextRestored(summary=0):
                pass
            case ToolDropped(tool_name=name):
                self._leave_out(envelope.seq, self.past().left_out | {name})
            case ToolRestored(tool_name=name):
                self._leave_out(envelope.seq, self.past().left_out - {name})
            case (ContextSummarized() | ContextRestored() | ResultReplaced() | ResultRestored()) as mark:
                self._marks.add(envelope.seq, mark)
                self._rebuild()
            case _:
                pass

    def messages(self) -> tuple[Message, ...]:
        """The conversation as a provider takes it."""
        if self._built is None:
            self._built = self._rounds.messages()
        return self._built

    def knows(self, call_id: str) -> bool:
        """Whether a call with this id was ever made, also where a summary now stands for it."""
        return call_id in self._ids

    def past(self) -> Past:
        """All entries that count, with what is made of them for the model."""
        if self._past is None:
            marks = self._marks.live
            self._past = Past(
                entries=self._entries.items(),
                folds=folds(marks),
                undone=undone(marks),
                replaced=replaced(marks),
                todos=self._todos.last(()),
                plan=self._plans.last(""),
                left_out=self._left_out.last(frozenset()),
                changed=max(self._marks.latest, self._left_out.latest),
            )
        return self._past

    def unanswered(self) -> tuple[ToolResult, ...]:
        """A result that tells the truth for each call that the log holds no result for."""
        return tuple(open_call.result for open_call in self.open_calls())

    def open_calls(self) -> tuple[OpenCall, ...]:
        """The calls of the last message that have no result yet."""
        return tuple(
            OpenCall(
                call=replace(call, name=self._names.get(call.id, call.name)),
                result=self._rounds.stand_in(call),
                began=self._begun.get(call.id),
            )
            for call in self._rounds.unanswered()
        )

    def last_told(self, texts: Collection[str]) -> str:
        """Which of `texts` heartbit told the model last, as far as the model still sees it; else empty."""
        fold = self.past().fold
        seen = (text for seq, text in reversed(self._told.live) if fold is None or not fold.hides(seq))
        return next((text for text in seen if text in texts), "")

    def _append(self, placed: Placed) -> None:
        self._entries.add(placed.seq, placed)
        self._rounds.add(placed.entry)
        self._past = self._built = None

    def _planned(self, seq: int, message: Assistant) -> None:
        if self._mode is Mode.PLAN and not message.calls and message.text.strip():
            self._plans.add(seq, message.text)

    def _leave_out(self, seq: int, tools: frozenset[str]) -> None:
        self._left_out.add(seq, tools)
        self._past = None

    def _rewind(self, seq: int, to: int) -> None:
        """Let count what stood right before `to`; what is taken away is kept for a way forward again."""
        self._standing.went_back(seq, to)
        for noted in (self._entries, self._marks, self._todos, self._plans, self._left_out, self._told):
            noted.sift(self._standing)
        self._rebuild()

    def _rebuild(self) -> None:
        self._rounds = Rounds(self._begun)
        self._past = self._built = None
        for entry in _sendable(self.past()):
            self._rounds.add(entry)


def assemble(entries: Sequence[Entry], started: Iterable[str] = ()) -> Iterator[Message]:
    """Messages that alternate and pair up, out of entries in any state.

    `started` names the calls that began, so that a missing result can say what may have happened.
    """
    rounds = Rounds(frozenset(started))
    for entry in entries:
        rounds.add(entry)
    yield from rounds.messages()


def _sendable(past: Past) -> Iterator[Entry]:
    if past.fold is not None:
        yield user(f"{SUMMARY}{past.fold.event.summary}")
    for placed in past.told():
        yield placed.entry


def _words(message: User) -> str:
    return "".join(block.text for block in message.content if isinstance(block, Text))
