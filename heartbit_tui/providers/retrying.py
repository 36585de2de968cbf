"""Tries a failed call again, patiently and not for ever."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from random import Random
from typing import Protocol

from heartbit_tui.kernel.errors import ProviderError, RateLimitError
from heartbit_tui.kernel.events import RetryAttempt
from heartbit_tui.kernel.protocols import Clock, Part, Provider, Request


class Patience(Protocol):
    """How often and how long; `Retry` of the settings is one."""

    @property
    def max_retries(self) -> int: ...
    @property
    def base_delay_ms(self) -> int: ...
    @property
    def max_delay_ms(self) -> int: ...


class Retrying:
    """A provider that repeats calls which failed for a reason that may pass.

    Before each new attempt comes a `RetryAttempt`, which discards what was shown of the last one; then streaming goes
    on. The wait is what the service asks for, else a random part of base x 2^n ("full jitter"), in either case at most
    `max_delay_ms`. Tools only run after a whole answer, so that no attempt can run one twice.
    """

    def __init__(self, inner: Provider, settings: Patience, clock: Clock, random: Random) -> None:
        self._inner = inner
        self._settings = settings
        self._clock = clock
        self._random = random

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def model(self) -> str:
        return self._inner.model

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the first attempt that succeeds. Raises the last attempt's error."""
        attempt = 0
        while True:
            try:
                async with aclosing(self._inner.stream(request)) as parts:
                    async for part in parts:
                        yield part
                return
            except ProviderError as error:
                if attempt >= self._settings.max_retries or not may_pass(error):
                    raise
                failure = error
            attempt += 1
            delay = self._delay(failure, attempt)
            yield self._notice(failure, attempt, delay)
            await self._clock.sleep(delay)

    def _delay(self, error: ProviderError, attempt: int) -> float:
        most = self._settings.max_delay_ms / 1000
        if error.retry_after is not None:
            return min(error.retry_after, most)
        step = self._settings.base_delay_ms / 1000 * 2 ** min(attempt - 1, 30)
        return self._random.uniform(0, min(step, most))

    def _notice(self, error: ProviderError, attempt: int, delay: float) -> RetryAttempt:
        return RetryAttempt(
            attempt=attempt,
            max_retries=self._settings.max_retries,
            delay_ms=round(delay * 1000),
            error_class=error.error_class,
        )


def may_pass(error: ProviderError) -> bool:
    """Whether trying again can help: not where a spend limit is used up."""
    return error.retryable and not (isinstance(error, RateLimitError) and error.spent)
