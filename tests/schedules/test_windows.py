"""Windows open and close as the clocks of their zone say, on every day of the year."""

from bisect import bisect_left
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.schedules.windows import EVERY_DAY, MINUTES, Window, minutes, shown
from tests.schedules.reference import DAY, WHOLE, ZONES, Stretch, stretches

PARIS = ZoneInfo("Europe/Paris")
WORKDAYS = frozenset(range(5))
HOURS = (
    ("08:00", "22:00", EVERY_DAY),
    ("22:00", "06:00", frozenset({4, 5})),
    ("02:30", "04:00", EVERY_DAY),
    ("01:00", "02:30", EVERY_DAY),
    ("02:10", "02:20", EVERY_DAY),
    ("00:00", "24:00", WORKDAYS),
    ("00:30", "00:00", EVERY_DAY),
    ("00:00", "24:00", EVERY_DAY),
    ("09:00", "09:00", EVERY_DAY),
)


def window(start: str, end: str, days: frozenset[int] = EVERY_DAY, zone: ZoneInfo = PARIS) -> Window:
    return Window(minutes(start), minutes(end), zone, days)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def within(found: Stretch, given: Window) -> list[bool]:
    """Whether each second is in the window: its start has been shown, and its end is not yet shown for good."""
    result = [False] * len(found.shown)
    for day in range(found.shown[0] // DAY - 2, found.shown[-1] // DAY + 1):
        if given.start != given.end and (day + 3) % 7 in given.days:
            opens = bisect_left(found.latest, day * DAY + given.start * 60)
            closes = bisect_left(found.earliest, day * DAY + given.end * 60 + DAY * (given.end < given.start))
            result[opens:closes] = [True] * (closes - opens)
    return result


@pytest.mark.security("X12", n=1)
@pytest.mark.slow
@pytest.mark.timeout(3_600 if WHOLE else 120)
@pytest.mark.parametrize("name", ZONES)
def test_windows_are_as_found_second_by_second(name: str) -> None:
    for found in stretches(name):
        for hours in HOURS:
            given = window(*hours, ZoneInfo(name))
            expected = within(found, given)
            edges = [index for index in range(1, len(expected)) if expected[index] != expected[index - 1]]
            near = [index for edge in (0, *edges) for index in range(max(edge - 2, 0), edge + 2)]
            looked = (*near, *range(0, len(expected), 1_801))
            assert [given.holds(found.at(index)) for index in looked] == [expected[index] for index in looked], hours
            assert opened(given, found) == [found.at(index) for index in edges if expected[index]], hours


def opened(given: Window, found: Stretch) -> list[datetime]:
    """All moments of the stretch, but its first, at which the window opens."""
    moments: list[datetime] = []
    end = found.at(len(found.shown))
    moment = given.opens_after(found.at(0))
    while moment is not None and moment < end:
        moments.append(moment)
        moment = given.opens_after(moment)
    return moments


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [
        ("08:00", "22:00", {"07:59": False, "08:00": True, "21:59": True, "22:00": False}),
        ("22:00", "06:00", {"21:59": False, "22:00": True, "00:00": True, "05:59": True, "06:00": False}),
        ("9:5", "9:6", {"09:04": False, "09:05": True, "09:06": False}),
    ],
)
def test_the_start_is_in_the_window_and_the_end_is_not(start: str, end: str, held: dict[str, bool]) -> None:
    given = Window(minutes(start), minutes(end), UTC)
    assert {time: given.holds(at(f"2026-05-04T{time}")) for time in held} == held


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-29T00:30", "2026-03-29T07:00"),
        ("2026-10-24T23:30", "2026-10-25T08:00"),
        ("2026-06-01T07:00", "2026-06-02T07:00"),
    ],
)
def test_the_wait_for_a_window_counts_the_hour_that_is_skipped_or_repeated(now: str, opens: str) -> None:
    assert window("09:00", "17:00").opens_after(at(now)) == at(opens)


def test_a_window_of_some_days_waits_over_the_others() -> None:
    assert window("09:00", "17:00", WORKDAYS).opens_after(at("2026-06-05T10:00")) == at("2026-06-08T07:00")
    assert window("22:00", "02:00", frozenset({4})).holds(at("2026-06-05T23:30"))
    assert window("09:00", "17:00", frozenset()).opens_after(at("2026-06-05T10:00")) is None


def test_a_window_without_an_hour_never_opens_and_the_whole_day_never_closes() -> None:
    never, always = window("09:00", "09:00"), window("00:00", "24:00")
    assert (never.holds(at("2026-06-05T07:00")), never.opens_after(at("2026-06-05T07:00"))) == (False, None)
    assert (always.holds(at("2026-06-05T22:00")), always.opens_after(at("2026-06-05T22:00"))) == (True, None)


@pytest.mark.parametrize(
    "text", ["", "9", "24:01", "25:00", "12:60", "-1:00", "1:2:3", "noon", "012:00", "9:00 pm", "²:00"]
)
def test_what_is_no_time_of_day_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of day: write hours and minutes, from 00:00 to 24:00"):
        minutes(text)


def test_times_of_day_are_shown_as_they_are_read() -> None:
    assert [shown(minutes(text)) for text in ("9:5", "00:00", "24:00")] == ["09:05", "00:00", "24:00"]
    assert minutes("24:00") == MINUTES
