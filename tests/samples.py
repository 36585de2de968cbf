"""How many samples a test takes: in the usual run a few, with TEST_SAMPLES=full all that its promise speaks of."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

FULL = os.environ.get("TEST_SAMPLES") == "full"


def samples(full: int, usual: int) -> int:
    """As many as are taken in this run."""
    return full if FULL else usual


def share(cases: Sequence[T], one_of: int) -> Sequence[T]:
    """One of so many of these cases, spread evenly from the first on; in a full run all of them."""
    return cases if FULL else cases[::one_of]
