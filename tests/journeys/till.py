"""A model service that answers by who asks, and keeps a till: what it charged for, answer by answer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.faults import Status
from heartbit_tui.providers.script import Reply

OPUS, SONNET, HAIKU = "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"
PRICES = MappingProxyType({OPUS: (5.0, 25.0), SONNET: (3.0, 15.0), HAIKU: (1.0, 5.0)})
"""US dollars for a million tokens in and out, as the service lists them."""


@dataclass(frozen=True, slots=True)
class Given:
    """A reply for the first request whose model is `who`, or whose system prompt or last message has it."""

    who: str
    reply: Reply

    def fits(self, body: Any) -> bool:
        return self.who == body["model"] or self.who in json.dumps(
            [body.get("system", ""), body["messages"][-1]], ensure_ascii=False
        )


@dataclass(frozen=True, slots=True)
class Charge:
    """What one answer was charged for."""

    model: str
    usage: Usage

    @property
    def cost_usd(self) -> float:
        """What a service charges: cache reads cost a tenth of what is read, cache writes a quarter more."""
        read, written = PRICES[self.model]
        cached = self.usage.cache_read_input_tokens * 0.1 + self.usage.cache_creation_input_tokens * 1.25
        return ((self.usage.input_tokens + cached) * read + self.usage.output_tokens * written) / 1e6


def tokens(charges: Iterable[Charge]) -> Usage:
    """All tokens of them."""
    return sum((each.usage for each in charges), Usage())


def money(charges: Iterable[Charge]) -> float:
    """US dollars for all of them."""
    return sum(each.cost_usd for each in charges)


class Till:
    """Composes the answers of a `ModelServer`; each has numbers of tokens that no other answer has.

    In `charges` is all that the service tells of tokens: of an answer that is never finished what stands at its
    beginning, which is the prompt and one token; of an error nothing.
    """

    def __init__(self, *given: Given) -> None:
        self._open = list(given)
        self._asked = 0
        self.charges: list[Charge] = []

    def __call__(self, body: Any) -> Reply | None:
        found = next((each for each in self._open if each.fits(body)), None)
        if found is None:
            return None
        self._open.remove(found)
        self._asked += 1
        reply = replace(found.reply, usage=_numbers(self._asked))
        if not isinstance(reply.fault, Status):
            begun = replace(reply.usage, output_tokens=1)
            self.charges.append(Charge(body["model"], begun if reply.fault or reply.pace else reply.usage))
        return reply

    @property
    def left(self) -> list[str]:
        """For whom there are answers that nobody asked for."""
        return [each.who for each in self._open]


def _numbers(asked: int) -> Usage:
    return Usage(
        input_tokens=1000 + 101 * asked,
        output_tokens=20 + 7 * asked,
        cache_read_input_tokens=13 * asked,
        cache_creation_input_tokens=3 * asked,
    )
