"""The context policy that shortens old results in what the model sees, while the log keeps them whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from heartbit_tui.context.tokens import size
from heartbit_tui.context.transcript import cut
from heartbit_tui.context.types import Pruning
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import SessionPruned
from heartbit_tui.kernel.messages import Assistant, JsonObject, Message, ToolCall, ToolResult, User, UserBlock
from heartbit_tui.kernel.protocols import Request, Scene, View

MARK = "[pruned: {omitted} bytes omitted]"
NAMED = 4
"""Letters that an argument has at least to count as naming something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Messages with old results shortened, and what that saved; `total` counts the results that were looked at."""

    messages: tuple[Message, ...]
    results: int = 0
    saved: int = 0
    total: int = 0


class Prune(Whole):
    """A `ContextPolicy`; it tells each time that more was shortened than before."""

    def __init__(self, pruning: Pruning) -> None:
        self._pruning = pruning
        self._told = 0
        self._asked: tuple[Message, ...] = ()
        self._found = Pruned(messages=())

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        found = self._pruned(request.messages)
        if found.results > self._told:
            scene.emit(
                SessionPruned(
                    turn=turn,
                    tool_results_pruned=found.results,
                    bytes_saved=found.saved,
                    tool_results_total=found.total,
                )
            )
        self._told = found.results
        return False

    async def view(self, request: Request, *, turn: int) -> View:
        return View(messages=self._pruned(request.messages).messages)

    def _pruned(self, messages: tuple[Message, ...]) -> Pruned:
        """What is found for messages, once: the same ones are asked about three times a turn."""
        if messages is not self._asked:
            self._asked, self._found = messages, pruned(messages, self._pruning)
        return self._found


def pruned(messages: Sequence[Message], pruning: Pruning) -> Pruned:
    """The messages with the results of all but the newest turns cut to their head and tail.

    A turn is an answer with its results. A result stays whole where a newer turn still works on what its call named.
    """
    answers = [number for number, message in enumerate(messages) if isinstance(message, Assistant)]
    old = answers[-pruning.recent] if 0 < pruning.recent <= len(answers) else 0 if pruning.recent else len(messages)
    calls = {call.id: call for message in messages[:old] if isinstance(message, Assistant) for call in message.calls}
    named = frozenset(_named(messages[old:]))
    looked = [_Look(message, pruning.most, calls, named) for message in messages[int(pruning.task) : old]]
    kept = (
        *messages[: int(pruning.task)],
        *(look.message for look in looked),
        *messages[max(old, int(pruning.task)) :],
    )
    return Pruned(
        messages=kept,
        results=sum(look.results for look in looked),
        saved=sum(look.saved for look in looked),
        total=sum(look.total for look in looked),
    )


class _Look:
    """One old message with its results shortened."""

    def __init__(self, message: Message, most: int, calls: Mapping[str, ToolCall], named: frozenset[str]) -> None:
        self.results = self.saved = self.total = 0
        self._most = most
        self._calls = calls
        self._named = named
        self.message = message
        if isinstance(message, User):
            content = tuple(self._block(block) for block in message.content)
            self.message = User(content=content) if self.results else message

    def _block(self, block: UserBlock) -> UserBlock:
        if not isinstance(block, ToolResult):
            return block
        self.total += 1
        call = self._calls.get(block.call_id)
        if call is not None and self._named.intersection(_names(call.input)):
            return block
        short = cut(block.content, self._most, MARK)
        saved = size(block.content) - size(short)
        if saved <= 0:
            return block
        self.results += 1
        self.saved += saved
        return replace(block, content=short)


def _named(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        if isinstance(message, Assistant):
            for call in message.calls:
                yield from _names(call.input)


def _names(given: JsonObject) -> Iterator[str]:
    return (value for value in given.values() if isinstance(value, str) and len(value) >= NAMED)
