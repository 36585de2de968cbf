"""A judge as strict as the strictest model service: what is wrong with the messages of a request."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Text, Thinking, ToolCall, ToolResult, User


def problems(messages: Sequence[Message]) -> list[str]:
    """A sentence for each thing that a strict service would refuse; empty for messages that can be sent."""
    return [*_ends(messages), *_turns(messages), *_blocks(messages), *_ids(messages), *_pairs(messages)]


def _ends(messages: Sequence[Message]) -> Iterator[str]:
    if not messages:
        yield "there is no message"
        return
    if not isinstance(messages[0], User):
        yield "the first message is not a user's"
    last = messages[-1]
    if isinstance(last, Assistant) and last.stop is not StopReason.PAUSE:
        yield "the last message is not a user's"


def _turns(messages: Sequence[Message]) -> Iterator[str]:
    for index, (one, other) in enumerate(pairwise(messages)):
        if type(one) is type(other):
            yield f"messages {index} and {index + 1} have the same role"


def _blocks(messages: Sequence[Message]) -> Iterator[str]:
    for index, message in enumerate(messages):
        if not message.content:
            yield f"message {index} is empty"
        if any(isinstance(block, Text) and not block.text.strip() for block in message.content):
            yield f"message {index} has a blank text"
        if isinstance(message, Assistant) and message.stop is not StopReason.PAUSE:
            yield from _answer(index, message)


def _answer(index: int, message: Assistant) -> Iterator[str]:
    if message.content and isinstance(message.content[-1], Thinking):
        yield f"message {index} ends in thinking"
    if not any(isinstance(block, Text | ToolCall) for block in message.content):
        yield f"message {index} says nothing and calls nothing"


def _ids(messages: Sequence[Message]) -> Iterator[str]:
    ids = Counter(call.id for message in messages if isinstance(message, Assistant) for call in message.calls)
    yield from (f"{count} calls have the id {call_id!r}" for call_id, count in ids.items() if count > 1)
    if "" in ids:
        yield "a call has no id"


def _pairs(messages: Sequence[Message]) -> Iterator[str]:
    """Right after a message with calls stand their results, each once, in the order of the calls, before all else."""
    for index, message in enumerate(messages):
        if isinstance(message, Assistant):
            follower = messages[index + 1] if index + 1 < len(messages) else None
            wanted = [call.id for call in message.calls]
            if wanted and wanted != _results(follower):
                yield f"message {index} calls {wanted}, but the results are {_results(follower)}"
        elif _results(message) and not _calls(messages[index - 1] if index else None):
            yield f"message {index} has results without calls"
        if isinstance(message, User) and _late(message):
            yield f"message {index} has a result after other blocks"


def _results(message: Message | None) -> list[str]:
    blocks = message.content if isinstance(message, User) else ()
    return [block.call_id for block in blocks if isinstance(block, ToolResult)]


def _calls(message: Message | None) -> list[str]:
    return [call.id for call in message.calls] if isinstance(message, Assistant) else []


def _late(message: User) -> bool:
    kinds = [isinstance(block, ToolResult) for block in message.content]
    return kinds != sorted(kinds, reverse=True)
