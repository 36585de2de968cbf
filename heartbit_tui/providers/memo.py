"""Encodes each message of a conversation once: the next request differs from the last one at its end alone."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from heartbit_tui.kernel.messages import Message

Encoded = TypeVar("Encoded")


class Memo(Generic[Encoded]):
    """Gives for messages what `encode` makes of them, and remembers that for as long as they are asked for.

    A message is known again by identity; messages never change. What comes out must not be changed either.
    """

    def __init__(self, encode: Callable[[Message], Encoded]) -> None:
        self._encode = encode
        self._known: dict[int, tuple[Message, Encoded]] = {}

    def __call__(self, messages: Iterable[Message]) -> list[Encoded]:
        before, self._known = self._known, {}
        return [self._keep(message, before) for message in messages]

    def _keep(self, message: Message, before: dict[int, tuple[Message, Encoded]]) -> Encoded:
        found = before.get(id(message))
        if found is None or found[0] is not message:
            found = (message, self._encode(message))
        self._known[id(message)] = found
        return found[1]
