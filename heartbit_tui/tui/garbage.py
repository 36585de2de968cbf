"""Looking for garbage so that nobody notices: a little at a time while there is work, everywhere once there is none."""

import gc
from collections.abc import Callable
from typing import ClassVar

SELDOM = (3_000, 5, 1_000)
"""Thresholds with which one look takes one to three milliseconds, and none goes through all there is."""

QUIET = 2.0
"""Seconds without a key and without news after which all is looked through."""

LEAST = 0.1
"""Seconds that are waited for at least: a timer of Textual whose time has passed before it begins never calls."""


class Garbage:
    """`later` calls something after so many seconds, as `App.set_timer` does; `clock` tells seconds.

    It does something only in a process that is the screen's own, whose entry left it to this to look for garbage at all.
    """

    _begun: ClassVar[bool] = False

    def __init__(self, later: Callable[[float, Callable[[], None]], object], clock: Callable[[], float]) -> None:
        self._later = later
        self._clock = clock
        self._touched = 0.0
        self._waits = False
        self._is_own = not gc.isenabled()

    def begin(self) -> None:
        """All that is loaded by now stays: it need not be gone through again and again."""
        if self._is_own:
            gc.freeze()
            gc.set_threshold(*SELDOM)
            gc.enable()
            Garbage._begun = True

    @classmethod
    def keep(cls) -> None:
        """What was made by now stays long, so it is not looked through again."""
        if cls._begun:
            gc.collect(1)
            gc.freeze()

    def touched(self) -> None:
        """There is work: a key, or news."""
        self._touched = self._clock()
        if self._is_own and not self._waits:
            self._waits = True
            self._later(QUIET, self._look)

    def _look(self) -> None:
        left = self._touched + QUIET - self._clock()
        if left > 0:
            self._later(max(left, LEAST), self._look)
            return
        self._waits = False
        gc.collect()
        gc.freeze()
