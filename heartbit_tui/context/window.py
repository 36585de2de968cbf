"""The context policy that sends the newest messages which fit: a window that slides over the conversation."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from heartbit_tui.context import tokens
from heartbit_tui.context.room import Room
from heartbit_tui.context.transcript import cut
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolResult, User, UserBlock
from heartbit_tui.kernel.protocols import Request, Scene, Shortening, View

LEAST = 64
"""Tokens that are left of any text that is cut to fit."""


class Window(Whole):
    """A `ContextPolicy`: the first message, then the newest turns that fit into `limit` tokens with system and tools.

    The newest turn always stays, its results cut where they would not fit. A limit of 0 is none.
    """

    def __init__(self, limit: Callable[[Request], int], room: Room) -> None:
        self._limit = limit
        self._room = room

    async def view(self, request: Request, *, turn: int) -> View:
        limit = self._limit(request)
        if not limit or self._room.size(request) <= limit:
            return View(messages=request.messages)
        rest = tokens.text(request.system) + tokens.tools(request.tools)
        return View(messages=fitted(request.messages, round(limit / self._room.factor) - rest))

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        if overflow is None:
            return None
        view = await self.view(request, turn=turn)
        return None if view.messages == request.messages else Shortening()


def fitted(messages: Sequence[Message], budget: int) -> tuple[Message, ...]:
    """The first message and the newest turns within a budget of tokens, each answer with what follows it.

    What has to stay and is too large is cut in its middle.
    """
    if len(messages) < 2:
        return tuple(_cut(message, budget) for message in messages)
    first = _cut(messages[0], max(budget // 2, LEAST))
    left = budget - tokens.message(first)
    turns = _turns(messages[1:])
    kept = [_cut_turn(turns[-1], left)]
    left -= tokens.messages(kept[0])
    for turn in reversed(turns[:-1]):
        left -= tokens.messages(turn)
        if left < 0:
            break
        kept.insert(0, turn)
    return (first, *(message for turn in kept for message in turn))


def _turns(messages: Sequence[Message]) -> list[tuple[Message, ...]]:
    """Each answer with the message that follows it."""
    found: list[tuple[Message, ...]] = []
    for message in messages:
        if isinstance(message, Assistant) or not found:
            found.append((message,))
        else:
            found[-1] = (*found[-1], message)
    return found


def _cut_turn(turn: tuple[Message, ...], budget: int) -> tuple[Message, ...]:
    rest = budget - sum(tokens.message(message) for message in turn if isinstance(message, Assistant))
    return tuple(message if isinstance(message, Assistant) else _cut(message, max(rest, LEAST)) for message in turn)


def _cut(message: Message, budget: int) -> Message:
    """A message within a budget: its largest texts and results cut, all to the same size."""
    if isinstance(message, Assistant) or tokens.message(message) <= budget:
        return message
    sizes = [tokens.block(block) for block in message.content]
    most = max(_level(sizes, budget - tokens.OVERHEAD), LEAST)
    return User(content=tuple(_shorter(block, most) for block in message.content))


def _level(sizes: Sequence[int], budget: int) -> int:
    """The size to which the largest have to be cut so that all fit."""
    left, several = budget, sorted(sizes)
    for number, size in enumerate(several):
        share = left // (len(several) - number)
        if size > share:
            return share
        left -= size
    return max(several, default=0)


def _shorter(block: UserBlock, most: int) -> UserBlock:
    match block:
        case Text(text=words):
            return Text(text=cut(words, most * tokens.BYTES))
        case ToolResult(call_id=id, content=content):
            return replace(block, content=cut(content, (most - tokens.text(id)) * tokens.BYTES))
        case _:
            return block
