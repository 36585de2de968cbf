"""Tests that are marked as slow come first in what each worker begins with, so that none of them is left for the end."""

import os
from itertools import groupby

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order what was collected; where one process runs all, it stays as it is."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        items[:] = dealt(items, workers)


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in as many runs as there are workers, each with its share of the files with slow ones in front.

    xdist gives each worker an equal part of the list, in its order, and lets those that are done take from the ends of
    the others. Slow tests of one file stay together, because they may share what was costly to start.
    """
    slow = [item for item in items if is_slow(item)]
    quick = [item for item in items if not is_slow(item)]
    files = [list(tests) for _, tests in groupby(slow, key=lambda item: item.path)]
    length = -(-len(quick) // workers)
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        ordered += [item for tests in files[worker::workers] for item in tests]
        ordered += quick[worker * length : (worker + 1) * length]
    return ordered


def is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None
