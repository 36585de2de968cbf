"""How much a model reads at once: what is known of it, and what it said when something did not fit."""

import asyncio
import re
from collections.abc import Callable
from operator import is_

from heartbit_tui.context import tokens
from heartbit_tui.context.each import Each
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Request, ToolSpec

MANY = 500
"""Messages that were never counted from which on that is done in a thread: 10,000 of them take 60 ms."""

LEAST_WINDOW = 512
"""No smaller number in an error is taken for the size of a window; a status is one of those."""

CAUTION = 0.9
"""What is taken of a request that did not fit where the model did not say how much would."""

FIRST_GUESS = 100_000
"""Tokens that one question may have where nothing is known of the model."""

_NUMBER = re.compile(r"\d[\d,]*")
_LIMITS = (
    re.compile(r"(\d[\d,]*)\s+(?:tokens\s+)?(?:maximum|limit)\b", re.IGNORECASE),
    re.compile(r"(?:maximum|limit|context (?:size|length|window)|allowed)\D{0,40}(\d[\d,]*)", re.IGNORECASE),
)


class Room:
    """Counts tokens by the model's own reports, and remembers how much it takes.

    `window` tells what is known of the session's model, None for nothing.
    """

    def __init__(self, window: Callable[[], int | None]) -> None:
        self._known = window
        self._meter = tokens.Meter()
        self._sizes = Each(tokens.message)
        self._learned = 0
        self._specs: tuple[ToolSpec, ...] = ()
        self._specs_size = 0

    @property
    def factor(self) -> float:
        """What estimates have to be multiplied with."""
        return self._meter.factor

    @property
    def window(self) -> int:
        """Tokens that the model reads and writes at once; 0 where that is not known."""
        known = self._known() or 0
        return min(filter(None, (known, self._learned)), default=0)

    @property
    def tight(self) -> bool:
        """Whether something did not fit before."""
        return bool(self._learned)

    def size(self, request: Request) -> int:
        """The tokens of a request, as well as they are known."""
        return self._meter.corrected(self._plain(request))

    async def counted(self, request: Request) -> None:
        """Count a long conversation that was taken up, so that `size` need not keep anything else waiting."""
        if self._sizes.news(request.messages) > MANY:
            await asyncio.to_thread(self._plain, request)

    def bound(self, request: Request) -> int:
        """Tokens that a request may have so that an answer still fits behind it; 0 where that is not known."""
        window = self.window
        return window - min(request.max_tokens, window // 4) if window else 0

    def heard(self, past: Past) -> None:
        """Take in what the model has reported since the last request."""
        self._meter.learn(past)

    def sends(self, request: Request) -> None:
        """Note what is sent, for the report that will follow."""
        self._meter.sent(self._plain(request))

    def overflowed(self, request: Request, said: str) -> None:
        """Take in that a request did not fit, and in which words that was told."""
        stated = stated_limit(said)
        actual = max((int(digits.replace(",", "")) for digits in _NUMBER.findall(said)), default=0)
        if stated and actual > stated:
            self._meter.correct(self._plain(request), actual)
        self._learned = stated or round(self.size(request) * CAUTION)

    def _plain(self, request: Request) -> int:
        """The plain estimate of a request; what tools take is counted once, as long as they are the same."""
        specs = tuple(request.tools)
        if len(specs) != len(self._specs) or not all(map(is_, specs, self._specs)):
            self._specs, self._specs_size = specs, tokens.tools(specs)
        return tokens.text(request.system) + self._specs_size + sum(self._sizes.of(request.messages))


def stated_limit(said: str) -> int:
    """How many tokens a model takes, by its own words about what did not fit; 0 where they name none."""
    for pattern in _LIMITS:
        for match in pattern.finditer(said):
            number = int(match[1].replace(",", ""))
            if number >= LEAST_WINDOW:
                return number
    return 0
