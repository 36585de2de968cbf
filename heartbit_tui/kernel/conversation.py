"""What the model sees: the fold of a session's log into messages that every provider accepts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from heartbit_tui.kernel.events import (
    AssistantMessage,
    ContextSummarized,
    Envelope,
    Rewound,
    ToolAnswered,
    ToolCallStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolCall, ToolResult, User, UserBlock, user

UNKNOWN_OUTCOME = "Interrupted while it ran: the outcome is unknown. Look before you do it again."
NOT_STARTED = "Interrupted before it started: nothing was done."
LOST_START = "[Earlier messages are missing.]"

Entry: TypeAlias = User | Assistant | ToolResult


class Conversation:
    """The messages of one agent, kept up to date by `apply`.

    Whatever the log holds, also a damaged or a cut one, `messages` alternate between user and assistant, begin
    with a user's, hold no empty block, and answer every tool call exactly once, in the order of the calls.
    """

    def __init__(self, agent: str, log: Iterable[Envelope] = ()) -> None:
        self._agent = agent
        self._entries: list[tuple[int, Entry]] = []
        self._started: set[str] = set()
        self._built: tuple[Message, ...] | None = None
        for envelope in log:
            self.apply(envelope)

    def apply(self, envelope: Envelope) -> None:
        """Take in the next envelope; those of other agents leave no trace."""
        if envelope.agent != self._agent:
            return
        match envelope.event:
            case UserMessage(message=entry) | AssistantMessage(message=entry) | ToolAnswered(result=entry):
                self._append(envelope.seq, entry)
            case ToolCallStarted(tool_call_id=call_id):
                self._started.add(call_id)
            case Rewound(to=seq):
                self._replace([pair for pair in self._entries if pair[0] < seq])
            case ContextSummarized(summary=summary, through=seq) if summary:
                rest = [pair for pair in self._entries if pair[0] >= seq]
                self._replace([(seq - 1, user(f"[Summary of the conversation so far]\n{summary}")), *rest])
            case _:
                pass

    def messages(self) -> tuple[Message, ...]:
        """The conversation as a provider takes it."""
        if self._built is None:
            self._built = tuple(assemble([entry for _, entry in self._entries], self._started))
        return self._built

    def unanswered(self) -> tuple[ToolResult, ...]:
        """A result that tells the truth for each call that the log holds no result for."""
        last = next((i for i in reversed(range(len(self._entries))) if _is_assistant(self._entries[i])), None)
        if last is None:
            return ()
        assistant = self._entries[last][1]
        assert isinstance(assistant, Assistant)
        answered = {entry.call_id for _, entry in self._entries[last + 1 :] if isinstance(entry, ToolResult)}
        return tuple(_stand_in(call, self._started) for call in assistant.calls if call.id not in answered)

    def _append(self, seq: int, entry: Entry) -> None:
        self._entries.append((seq, entry))
        self._built = None

    def _replace(self, entries: list[tuple[int, Entry]]) -> None:
        self._entries = entries
        self._built = None


def assemble(entries: Sequence[Entry], started: Iterable[str] = ()) -> Iterator[Message]:
    """Messages that alternate and pair up, out of entries in any state.

    `started` names the calls that began, so that a missing result can say what may have happened.
    """
    started = frozenset(started)
    for assistant, followers in _rounds(entries):
        if assistant is not None:
            yield assistant
        content = (*_results(assistant, followers, started), *_words(followers))
        if content:
            yield User(content=content)


def _rounds(entries: Sequence[Entry]) -> Iterator[tuple[Assistant | None, list[Entry]]]:
    """Each assistant message with all that follows it up to the next one; neighbours without a gap are joined."""
    assistant: Assistant | None = None
    followers: list[Entry] = []
    for entry in entries:
        if not isinstance(entry, Assistant):
            followers.append(entry)
            continue
        message = _without_blanks(entry)
        if not message.content:
            continue
        if assistant is not None and not followers and not assistant.calls:
            assistant = _joined(assistant, message)
            continue
        if assistant is None and not followers:
            followers = [user(LOST_START)]
        elif assistant is not None and not followers and not assistant.calls:
            followers = [user("Go on.")]
        yield assistant, followers
        assistant, followers = message, []
    yield assistant, followers


def _results(assistant: Assistant | None, followers: Sequence[Entry], started: frozenset[str]) -> Iterator[UserBlock]:
    if assistant is None:
        return
    given = {entry.call_id: entry for entry in reversed(followers) if isinstance(entry, ToolResult)}
    for call in assistant.calls:
        yield given.get(call.id) or _stand_in(call, started)


def _words(followers: Sequence[Entry]) -> Iterator[UserBlock]:
    for entry in followers:
        if isinstance(entry, User):
            yield from (block for block in entry.content if not _is_blank(block))


def _stand_in(call: ToolCall, started: Iterable[str]) -> ToolResult:
    content = UNKNOWN_OUTCOME if call.id in started else NOT_STARTED
    return ToolResult(call_id=call.id, content=content, is_error=True)


def _joined(first: Assistant, second: Assistant) -> Assistant:
    return Assistant(
        content=first.content + second.content,
        stop=second.stop,
        provider=second.provider,
        model=second.model,
        usage=first.usage + second.usage,
    )


def _without_blanks(message: Assistant) -> Assistant:
    content = tuple(block for block in message.content if not _is_blank(block))
    if len(content) == len(message.content):
        return message
    return Assistant(
        content=content, stop=message.stop, provider=message.provider, model=message.model, usage=message.usage
    )


def _is_blank(block: object) -> bool:
    return isinstance(block, Text) and not block.text.strip()


def _is_assistant(pair: tuple[int, Entry]) -> bool:
    return isinstance(pair[1], Assistant)
