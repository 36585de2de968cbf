"""How often the screen is brought up to date while something is written."""

from collections.abc import Callable

FRAME = 1 / 24
"""Seconds between two looks at the pieces of an answer (design: at most 30 a second)."""

HURRIED = 1 / 12
"""The same while keys are coming in: they go first."""

TYPING = 0.5
"""Seconds after a key in which more of them are expected."""

LEAST = 1 / 60
"""Seconds between two looks at anything."""


class Pace:
    """Says how long to wait before the next look. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = float("-inf")
        self._key = float("-inf")

    def key(self) -> None:
        """A key was pressed."""
        self._key = self._clock()

    def looked(self) -> None:
        """The screen was brought up to date."""
        self._last = self._clock()

    def pause(self) -> float:
        """Seconds that pieces of an answer are left to gather."""
        now = self._clock()
        frame = HURRIED if now - self._key < TYPING else FRAME
        return max(self._last + frame - now, 0.0)

    def least(self) -> float:
        """Seconds that all else waits, where it comes in great numbers."""
        return max(self._last + LEAST - self._clock(), 0.0)
