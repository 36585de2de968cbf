"""Messages that alternate and pair up, built entry by entry out of a log in any state."""

from collections.abc import Container, Iterator

from heartbit_tui.kernel.messages import (
    Assistant,
    AssistantBlock,
    Message,
    StopReason,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    User,
    UserBlock,
)
from heartbit_tui.kernel.past import Entry

UNKNOWN_OUTCOME = "Interrupted while it ran: the outcome is unknown. Look before you do it again."
NOT_STARTED = "Interrupted before it started: nothing was done."
LOST_START = "[Earlier messages are missing.]"


class Rounds:
    """Takes entries in, gives messages out; a round is an assistant's message and all that follows it.

    `started` names the calls that began, so that a missing result can say what may have happened. Adding an entry
    and asking for the messages costs nothing that grows with the conversation but one copied tuple. A message that
    is asked for again is the same object, so that what was found out about it holds.
    """

    def __init__(self, started: Container[str]) -> None:
        self._started = started
        self._done: list[Message] = []
        self._assistant: Assistant | None = None
        self._results: dict[str, ToolResult] = {}
        self._words: list[UserBlock] = []
        self._ids: set[str] = set()
        self._last: tuple[Message, ...] | None = None

    def add(self, entry: Entry) -> None:
        """Take in the next entry; what cannot be sent (blank text, a result without its call) leaves no trace."""
        match entry:
            case Assistant():
                self._answer(entry)
            case User(content=blocks):
                for block in blocks:
                    self._block(block)
            case ToolResult():
                self._block(entry)
        self._last = None

    def messages(self) -> tuple[Message, ...]:
        """All that was added, as a provider takes it."""
        return (*self._done, *self._newest())

    def unanswered(self) -> tuple[ToolCall, ...]:
        """The calls of the last round that have no result yet."""
        calls = self._assistant.calls if self._assistant else ()
        return tuple(call for call in calls if call.id not in self._results)

    def stand_in(self, call: ToolCall) -> ToolResult:
        """A result that tells the truth about a call that was never answered."""
        content = UNKNOWN_OUTCOME if call.id in self._started else NOT_STARTED
        return ToolResult(call_id=call.id, content=content, is_error=True)

    def _block(self, block: UserBlock) -> None:
        if not isinstance(block, ToolResult):
            if not _is_blank(block):
                self._words.append(block)
        elif self._assistant and any(call.id == block.call_id for call in self._assistant.calls):
            self._results.setdefault(block.call_id, block)

    def _answer(self, message: Assistant) -> None:
        content = self._sendable(message)
        if not content:
            return
        message = message if len(content) == len(message.content) else _with(message, content)
        self._ids.update(call.id for call in message.calls)
        if self._assistant is not None and not self._words and not self._assistant.calls:
            self._assistant = _joined(self._assistant, message)
            return
        if self._assistant is None and not self._words:
            self._words.append(Text(text=LOST_START))
            self._last = None
        self._done.extend(self._newest())
        self._assistant, self._results, self._words = message, {}, []

    def _newest(self) -> tuple[Message, ...]:
        """The messages of the last round; what stands in for a missing result may say something else by now."""
        if self._last is None or self.unanswered():
            self._last = tuple(self._round())
        return self._last

    def _round(self) -> Iterator[Message]:
        if self._assistant is not None:
            yield self._assistant
        calls = self._assistant.calls if self._assistant else ()
        results = (self._results.get(call.id) or self.stand_in(call) for call in calls)
        content = (*results, *self._words)
        if content:
            yield User(content=content)

    def _sendable(self, message: Assistant) -> tuple[AssistantBlock, ...]:
        """The blocks without blank text, calls seen before and reasoning that leads to nothing."""
        seen = set[str]()
        kept: list[AssistantBlock] = []
        for block in message.content:
            if isinstance(block, ToolCall):
                if block.id in seen or block.id in self._ids:
                    continue
                seen.add(block.id)
            if not _is_blank(block):
                kept.append(block)
        if message.stop is StopReason.PAUSE:
            return tuple(kept)
        while kept and isinstance(kept[-1], Thinking):
            kept.pop()
        return tuple(kept) if any(isinstance(block, Text | ToolCall) for block in kept) else ()


def _joined(first: Assistant, second: Assistant) -> Assistant:
    return Assistant(
        content=first.content + second.content,
        stop=second.stop,
        provider=second.provider,
        model=second.model,
        usage=first.usage + second.usage,
    )


def _with(message: Assistant, content: tuple[AssistantBlock, ...]) -> Assistant:
    return Assistant(
        content=content, stop=message.stop, provider=message.provider, model=message.model, usage=message.usage
    )


def _is_blank(block: object) -> bool:
    return isinstance(block, Text) and not block.text.strip()
