"""Tells a paste that comes as keys from typing, where a terminal does not mark pastes."""

GAP = 0.03
"""Seconds between two keys below which nobody types."""

QUIET = 0.12
"""Seconds after the last key of a paste within which Enter belongs to it."""

FEW = 3
"""Keys in a row that may come that fast by rolling over the keyboard."""


class Burst:
    """Keys by the times at which they came."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._run = 0
        self._pasting = False

    def key(self, now: float) -> None:
        """A key came."""
        gap = now - self._last
        self._run = self._run + 1 if gap < GAP else 0
        self._pasting = self._pasting and gap < QUIET
        self._last = now

    def paste(self) -> None:
        """A line end among fast keys was followed by another of them: this is a paste."""
        self._pasting = True

    def end(self) -> None:
        """The paste is over."""
        self._pasting, self._run = False, 0

    @property
    def fast(self) -> bool:
        """Whether the last keys came faster than anyone types."""
        return self._run >= FEW

    @property
    def begins(self) -> bool:
        """Whether the last key may be the first of a burst."""
        return self._run == 0

    @property
    def pasting(self) -> bool:
        """Whether the last key belongs to a paste."""
        return self._pasting

    def quiet(self, now: float) -> bool:
        """Whether the last key is long enough ago for a paste to be over."""
        return now - self._last >= QUIET
