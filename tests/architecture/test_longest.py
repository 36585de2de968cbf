"""The order in which workers get the tests leaves none out, and no slow one for the end."""

from itertools import pairwise

import pytest

from tests.longest import dealt, is_slow


@pytest.mark.parametrize("workers", [2, 4, 7])
def test_each_test_is_dealt_once_and_slow_ones_come_first(request: pytest.FixtureRequest, workers: int) -> None:
    items = request.session.items
    ordered = dealt(items, workers)
    assert sorted(item.nodeid for item in ordered) == sorted(item.nodeid for item in items)
    turns = [is_slow(later) and not is_slow(earlier) for earlier, later in pairwise(ordered)]
    assert sum(turns) <= workers - 1
