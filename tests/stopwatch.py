"""How long something took on a machine that is also busy with other things."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")

PRESSURE = Path("/proc/pressure/cpu")


class Stopwatch:
    """Runs from its making. A promise in seconds is one for a machine that has a processor free."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._pressed = pressed()

    @property
    def seconds(self) -> float:
        """Seconds by the clock on the wall."""
        return time.monotonic() - self._began

    @property
    def unhindered(self) -> float:
        """The same without the time in which something that could run had to wait for a processor."""
        return self.seconds - (pressed() - self._pressed)


def cost(work: Callable[[], R], *, enough: float, tries: int = 16) -> tuple[R, float]:
    """What work gives, and the seconds of processor time that it takes.

    The least of several tries counts, or the first that is no more than enough.

    What shares the processor's caches makes the same work dearer by half, and never cheaper.
    """
    least = float("inf")
    while True:
        began = time.thread_time()
        found = work()
        least = min(least, time.thread_time() - began)
        tries -= 1
        if least <= enough or not tries:
            return found, least


def pressed() -> float:
    """Seconds since the machine started in which something waited for a processor; 0.0 where Linux does not tell."""
    try:
        found = re.search(r"^some .*total=(\d+)", PRESSURE.read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1e6 if found else 0.0
