"""Words about progress, passed on now and then: a server may send thousands in a second."""

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.mcp.types import Progress

MOST_WORDS = 500
EVERY = 0.1
"""Seconds between two words that are passed on."""


class Seldom:
    """Passes on a word, cut, if the last one was long enough ago."""

    def __init__(self, take: Progress, clock: Clock) -> None:
        self._take = take
        self._clock = clock
        self._last = -EVERY

    def __call__(self, text: str) -> None:
        now = self._clock.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            self._take(text[:MOST_WORDS])
