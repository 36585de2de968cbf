"""What is known of each message of a conversation, found once: the next request has most of them again."""

from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Generic, TypeVar

from heartbit_tui.kernel.messages import Message

Fact = TypeVar("Fact")


class Each(Generic[Fact]):
    """Finds a fact of messages, anew only for those that did not stand in the same place the last time."""

    def __init__(self, fact: Callable[[Message], Fact]) -> None:
        self._fact = fact
        self._known: list[tuple[Message, Fact]] = []

    def of(self, messages: Sequence[Message]) -> list[Fact]:
        """The fact of each of these."""
        before = chain(self._known, repeat(None))
        self._known = [
            known if known is not None and known[0] is message else (message, self._fact(message))
            for message, known in zip(messages, before, strict=False)
        ]
        return [fact for _, fact in self._known]
