"""How often the screen is brought up to date while something happens."""

from collections.abc import Awaitable, Callable

FRAME = 1 / 30
"""Seconds between two looks at what has come (design: at most 30 a second)."""

HURRIED = 1 / 15
"""The same while keys are coming in: they go first."""

TYPING = 0.5
"""Seconds after a key in which more of them are expected."""


class Pace:
    """Waits between two looks. `clock` counts seconds, `sleep` waits some."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._last = float("-inf")
        self._key = float("-inf")

    def key(self) -> None:
        """A key was pressed."""
        self._key = self._clock()

    async def wait(self) -> None:
        """Return when it is time to look again."""
        now = self._clock()
        frame = HURRIED if now - self._key < TYPING else FRAME
        left = self._last + frame - now
        if left > 0:
            await self._sleep(left)
        self._last = self._clock()
