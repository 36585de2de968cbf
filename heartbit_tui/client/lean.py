"""httpx without its command line, which loads click and rich: a twentieth of a start, and nobody here uses it."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

COMMAND_LINE = "httpx._main"


@contextmanager
def lean() -> Generator[None]:
    """What is imported within finds httpx as it is where click is not installed: without a command line."""
    if COMMAND_LINE in sys.modules:
        yield
        return
    sys.modules[COMMAND_LINE] = None  # type: ignore[assignment]  # what the import system takes for "not to be found"
    try:
        yield
    finally:
        del sys.modules[COMMAND_LINE]
