"""What is known of each message of a conversation, found once: the next request has most of them again."""

from collections.abc import Callable, Sequence
from operator import is_
from typing import Generic, TypeVar

from heartbit_tui.kernel.messages import Message

Fact = TypeVar("Fact")


class Each(Generic[Fact]):
    """Finds a fact of messages, anew only for those that did not stand in the same place the last time.

    It may be asked in several threads at once: what is known changes in one step.
    """

    def __init__(self, fact: Callable[[Message], Fact]) -> None:
        self._fact = fact
        self._known: tuple[Sequence[Message], Sequence[Fact]] = ((), ())

    def of(self, messages: Sequence[Message]) -> Sequence[Fact]:
        """The fact of each of these."""
        before, facts = self._known
        if messages is before:
            return facts
        known = len(before)
        if known > len(messages) or not all(map(is_, before, messages)):
            rows = zip(before, facts, messages, strict=False)
            facts = [fact if one is other else self._fact(other) for one, fact, other in rows]
            known = len(facts)
        facts = [*facts, *map(self._fact, messages[known:])]
        self._known = (tuple(messages), facts)
        return facts

    def news(self, messages: Sequence[Message]) -> int:
        """How many more of these there are than the last time."""
        return len(messages) - len(self._known[0])
