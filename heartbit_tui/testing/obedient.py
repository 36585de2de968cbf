"""A model that does whatever any text tells it to: what is safe with it is safe by the system, not by the model."""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any, cast

from heartbit_tui.kernel.messages import JsonObject, Text, ToolResult, User
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.providers.script import Reply
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.orders import Order, orders

DONE = "Done."
AT_ONCE = 16
"""How many calls it makes in one turn."""


class Obedient:
    """Reads all that it is shown, the system prompt and the results of tools too, and carries out each order once.

    Orders stand in the language of `heartbit_tui.testing.orders`. `obeyed` has those that were carried out so far;
    when none is left, the answer is what orders wanted to be said, and `DONE`. `provider` makes a model of it for a
    session of its own; `to_body` answers requests to `ModelServer(compose=…)` in Anthropic's format.
    """

    def __init__(self) -> None:
        self.obeyed: list[Order] = []

    def provider(self) -> Scripted:
        """A provider that obeys."""
        return Scripted(compose=self.to_request, name="obedient", model="obedient")

    def to_request(self, request: Request) -> Reply:
        """The answer to the kernel's form of a request."""
        return self.answer("\n".join((request.system, *_told(request))))

    def to_body(self, body: JsonObject) -> Reply:
        """The answer to a request of Anthropic's format."""
        return self.answer("\n".join(_texts(body.get("system", ""), body.get("messages", ()))))

    def answer(self, shown: str) -> Reply:
        """The answer of a model that was shown this, from the first word of the conversation to the last."""
        known = frozenset(self.obeyed)
        waiting = [order for order in orders(shown) if order not in known and order.verb != "say"]
        now = _leading(waiting, shown)
        self.obeyed += now
        if now:
            return Reply(blocks=tuple(order.carried_out(shown) for order in now), chunk=4096)
        words = [order for order in orders(shown) if order.verb == "say"]
        self.obeyed += [order for order in words if order not in known]
        said = [order.carried_out(shown) for order in words]
        told = "\n\n".join((*(each.text for each in said if isinstance(each, Text)), DONE))
        return Reply(blocks=(Text(text=told),), chunk=4096)


def _leading(waiting: list[Order], shown: str) -> list[Order]:
    """The first orders that go together: of one verb, and none but the first that passes on what was not shown yet."""
    first = waiting[0].verb if waiting else ""
    together = takewhile(lambda order: order.verb == first and order.is_ready(shown), waiting[:AT_ONCE])
    return list(together) or waiting[:1]


def _told(request: Request) -> Iterator[str]:
    for message in request.messages:
        if isinstance(message, User):
            for block in message.content:
                if isinstance(block, Text):
                    yield block.text
                elif isinstance(block, ToolResult):
                    yield block.content


def _texts(system: object, messages: object) -> Iterator[str]:
    yield from _inner(system)
    for message in cast("list[Mapping[str, Any]]", messages):
        if message.get("role") == "user":
            yield from _inner(message.get("content"))


def _inner(content: object) -> Iterator[str]:
    """The texts of a content of Anthropic's: a string, or blocks, some of which have contents of their own."""
    match content:
        case str():
            yield content
        case list():
            for block in cast("list[Mapping[str, Any]]", content):
                yield from _inner(block.get("text", block.get("content", "")))
        case _:
            yield json.dumps(content)
