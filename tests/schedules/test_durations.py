"""Durations are read as people write them, and nothing else is guessed."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers

from heartbit_tui.schedules.durations import duration, shown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("30m", 1_800),
        ("1h30m", 5_400),
        ("1d", 86_400),
        ("1d2h3m4s", 93_784),
        ("45", 2_700),
        (" 5m ", 300),
        ("90m", 5_400),
    ],
)
def test_a_duration_is_the_sum_of_its_parts_and_a_bare_number_is_minutes(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "m", "30M", "30m1h", "1.5h", "1h 30m", "-5m", "5w", "1m1m", "٣m", "²", "9" * 5_000]
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration: write days, hours, minutes and seconds in this order"):
        duration(text)


@pytest.mark.parametrize("text", ["0", "0s", "0h0m"])
def test_what_takes_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it takes no time"):
        duration(text)


@given(integers(min_value=1, max_value=10**9))
def test_a_duration_is_shown_as_it_is_read(seconds: int) -> None:
    assert duration(shown(seconds)) == seconds
