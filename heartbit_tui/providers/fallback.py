"""A second model that answers when the first one's service has failed for good."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from heartbit_tui.kernel.errors import MalformedError, NetworkError, OverloadedError, ProviderError, RateLimitError
from heartbit_tui.kernel.events import ModelEscalated
from heartbit_tui.kernel.protocols import Clock, Part, Provider, Request

REST = 300.0
"""Seconds for which a service that has failed is left alone."""


class Fallback:
    """A provider that asks `first`, and `second` when the first one's trouble is not the request's fault.

    Trouble is overload, a rate or spend limit, the network, or nonsense for an answer; a wrong key, a request that is
    refused and one that is too long fail with either model and are raised. After a fall, `second` answers right
    away for `rest` seconds.
    """

    def __init__(self, first: Provider, second: Provider, clock: Clock, rest: float = REST) -> None:
        self._first = first
        self._second = second
        self._clock = clock
        self._rest = rest
        self._fell: float | None = None

    @property
    def name(self) -> str:
        return self._current.name

    @property
    def model(self) -> str:
        return self._current.model

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the first answer, or a `ModelEscalated` and those of the second."""
        if self._current is self._first:
            try:
                async with aclosing(self._first.stream(request)) as parts:
                    async for part in parts:
                        yield part
                return
            except ProviderError as error:
                if not is_trouble(error):
                    raise
            self._fell = self._clock.monotonic()
            yield ModelEscalated(from_tier=self._first.model, to_tier=self._second.model, reason="tier_error")
        async with aclosing(self._second.stream(request)) as parts:
            async for part in parts:
                yield part

    @property
    def _current(self) -> Provider:
        resting = self._fell is not None and self._clock.monotonic() - self._fell < self._rest
        return self._second if resting else self._first


def is_trouble(error: ProviderError) -> bool:
    """Whether another service may well answer the same request."""
    return isinstance(error, OverloadedError | RateLimitError | NetworkError | MalformedError)
