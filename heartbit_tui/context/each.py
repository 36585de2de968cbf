"""What is known of each message of a conversation, found once: the next request has most of them again."""

from collections.abc import Callable, Sequence
from operator import is_
from typing import Generic, TypeVar

from heartbit_tui.kernel.messages import Message

Fact = TypeVar("Fact")


class Each(Generic[Fact]):
    """Finds a fact of messages, anew only for those that did not stand in the same place the last time."""

    def __init__(self, fact: Callable[[Message], Fact]) -> None:
        self._fact = fact
        self._messages: Sequence[Message] = ()
        self._facts: Sequence[Fact] = ()

    def of(self, messages: Sequence[Message]) -> Sequence[Fact]:
        """The fact of each of these."""
        known = len(self._messages)
        if known > len(messages) or not all(map(is_, self._messages, messages)):
            before = zip(self._messages, self._facts, messages, strict=False)
            same = [fact if one is other else self._fact(other) for one, fact, other in before]
            self._facts, known = same, len(same)
        self._messages, self._facts = tuple(messages), [*self._facts, *map(self._fact, messages[known:])]
        return self._facts
