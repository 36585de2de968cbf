"""Hits in other sessions as they are listed."""

import pytest

from heartbit_tui.store.found import Hit
from heartbit_tui.tui.acts.found import shown


@pytest.mark.parametrize("at", ["", "yesterday", "1970-01-01T00:00:00", "1970-01-01T00:00:00.000Z"])
def test_a_hit_is_listed_whatever_its_row_says_of_its_time(at: str) -> None:
    hit = Hit(
        session="s", title="", cwd="/p", seq=1, at=at, kind="prompt", call="", sentence="mend it", marks=((0, 4),)
    )
    found = shown(hit, "/p")
    assert (found.when.endswith("Jan 1970"), found.word) == (True, "mend")
