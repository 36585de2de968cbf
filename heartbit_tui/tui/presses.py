"""Keys that mean more when they are pressed twice."""

from collections.abc import Callable

AGAIN = 1.0
"""Seconds within which a key has to come again."""


class Presses:
    """Remembers the last key that waits for a second one; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = ""
        self._at = float("-inf")

    def again(self, key: str) -> bool:
        """Whether this is the second press of the key in time; the first one is remembered."""
        now = self._clock()
        twice = key == self._key and now - self._at <= AGAIN
        self._key, self._at = ("", float("-inf")) if twice else (key, now)
        return twice

    def forget(self) -> None:
        """Another key came between."""
        self._key = ""
