"""A test that hangs ends its process, with what every thread was at: one that only waits would stop the whole run.

pytest-timeout raises in the main thread, once. A loop that swallows it, or a teardown that waits for what the test left
behind, goes on for ever.
"""

import faulthandler
import os
from collections.abc import Generator

import pytest

GRACE = 60.0
"""Seconds a test has beyond its timeout, and what follows it for itself."""


class Hanging:
    """A plugin: it is armed for each test, anew for its teardown, and for the end of the process."""

    def __init__(self) -> None:
        self._stderr = os.dup(2)

    def arm(self, seconds: float) -> None:
        """End the process unless this is called again within so many seconds."""
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._stderr)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.arm(timeout_of(item) + GRACE)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None]:
        self.arm(GRACE)
        return (yield)

    def pytest_unconfigure(self) -> None:
        self.arm(GRACE)


def timeout_of(item: pytest.Item) -> float:
    """Seconds after which pytest-timeout raises."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0] if marker else item.config.getini("timeout"))
