"""What the model sees: the fold of a session's log into messages that every provider accepts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Envelope,
    NameRepaired,
    Rewound,
    ToolAnswered,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Message, Text, ToolCall, ToolResult, User, user
from heartbit_tui.kernel.rounds import LOST_START, NOT_STARTED, UNKNOWN_OUTCOME, Entry, Rounds
from heartbit_tui.kernel.standing import Standing

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


_Item: TypeAlias = tuple[int, Entry | ContextSummarized]


class Conversation:
    """The messages of one agent, kept up to date by `apply`.

    Whatever the log holds, also a damaged or a cut one, `messages` alternate between user and assistant, begin
    with a user's, hold no empty block, and answer every tool call exactly once, in the order of the calls. A
    rewind brings back what a later summary had replaced, and one to before a rewind what that had taken away.
    """

    def __init__(self, agent: str, log: Iterable[Envelope] = ()) -> None:
        self._agent = agent
        self._seq = 0
        self._items: list[_Item] = []
        self._past: list[_Item] = []
        self._standing = Standing()
        self._summary: ContextSummarized | None = None
        self._told: list[tuple[int, str]] = []
        self._begun: dict[str, datetime] = {}
        self._names: dict[str, str] = {}
        self._rounds = Rounds(self._begun)
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
                self._append(envelope.seq, entry)
                if origin == "heartbit":
                    self._told.append((envelope.seq, _words(entry)))
            case AssistantMessage(message=entry) | ToolAnswered(result=entry):
                self._append(envelope.seq, entry)
            case ToolCallStarted(tool_call_id=call_id):
                self._begun[call_id] = envelope.at
            case NameRepaired(tool_call_id=call_id, tool_name=name):
                self._names[call_id] = name
            case Rewound(to=seq):
                self._rewind(envelope.seq, seq)
            case ContextSummarized(summary=summary) as event if summary:
                self._items.append((envelope.seq, event))
                self._rebuild()
            case _:
                pass

    def messages(self) -> tuple[Message, ...]:
        """The conversation as a provider takes it."""
        if self._built is None:
            self._built = self._rounds.messages()
        return self._built

    def knows(self, call_id: str) -> bool:
        """Whether a call with this id was made before."""
        return self._rounds.knows(call_id)

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
        through = self._summary.through if self._summary else 0
        told = reversed(self._told)
        seen = (text for seq, text in told if seq >= through and self._standing.counts(seq))
        return next((text for text in seen if text in texts), "")

    def _append(self, seq: int, entry: Entry) -> None:
        self._items.append((seq, entry))
        self._rounds.add(entry)
        self._built = None

    def _rewind(self, seq: int, to: int) -> None:
        """Let count what stood right before `to`; what is taken away is kept for a way forward again."""
        every = sorted((*self._items, *self._past), key=_seq_of)
        self._standing.went_back(seq, to)
        self._items = self._standing.keep(every)
        self._past = [item for item in every if not self._standing.counts(item[0])]
        self._rebuild()

    def _rebuild(self) -> None:
        self._rounds = Rounds(self._begun)
        self._summary = _last_summary(self._items)
        for entry in _sendable(self._items, self._summary):
            self._rounds.add(entry)
        self._built = None


def assemble(entries: Sequence[Entry], started: Iterable[str] = ()) -> Iterator[Message]:
    """Messages that alternate and pair up, out of entries in any state.

    `started` names the calls that began, so that a missing result can say what may have happened.
    """
    rounds = Rounds(frozenset(started))
    for entry in entries:
        rounds.add(entry)
    yield from rounds.messages()


def _sendable(items: Sequence[_Item], summary: ContextSummarized | None) -> Iterator[Entry]:
    if summary is not None:
        yield user(f"{SUMMARY}{summary.summary}")
    through = summary.through if summary else 0
    for seq, entry in items:
        if seq >= through and not isinstance(entry, ContextSummarized):
            yield entry


def _last_summary(items: Sequence[_Item]) -> ContextSummarized | None:
    return next((event for _, event in reversed(items) if isinstance(event, ContextSummarized)), None)


def _seq_of(item: _Item) -> int:
    return item[0]


def _words(message: User) -> str:
    return "".join(block.text for block in message.content if isinstance(block, Text))
