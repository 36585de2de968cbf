"""What the clocks of a zone show, second by second, from which schedules are worked out without any cleverness."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
"""North and south, a change by half an hour, and one at midnight."""

FIRST, DAYS = date(2026, 1, 1), 730
WHOLE = os.environ.get("HEARTBIT_SCHEDULES", "") == "whole"
"""Whether all seconds of the two years are gone through, and not only those around the changes and of some days."""

DAY = 86_400


class Stretch(NamedTuple):
    """Seconds in a row from `begin` on, a timestamp, and what the clocks show in each: seconds since 1970 on the dial.

    `latest` is the latest time that was shown up to each second, `earliest` the earliest that is shown from it on.
    """

    zone: ZoneInfo
    begin: int
    shown: tuple[int, ...]
    latest: tuple[int, ...]
    earliest: tuple[int, ...]

    def at(self, index: int) -> datetime:
        """A second of it."""
        return datetime.fromtimestamp(self.begin + index, UTC)


def stretches(name: str) -> Iterator[Stretch]:
    """The three days around each change of the clocks and two other days; all days, where that is wanted."""
    zone = ZoneInfo(name)
    if WHOLE:
        yield from (_stretch(zone, FIRST + timedelta(days=number), 10) for number in range(0, DAYS, 10))
        return
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    changes = [day for day in days if _offset(zone, _stamp(day)) != _offset(zone, _stamp(day) + DAY)]
    yield from (_stretch(zone, day - timedelta(days=1), 3) for day in changes)
    yield from (_stretch(zone, day, 1) for day in Random(name).sample(days, 2))


@lru_cache(maxsize=8)
def _stretch(zone: ZoneInfo, first: date, days: int) -> Stretch:
    begin = _stamp(first)
    shown = tuple(stamp + _offset(zone, stamp) for stamp in range(begin, begin + days * DAY))
    return Stretch(zone, begin, shown, tuple(accumulate(shown, max)), tuple(accumulate(shown[::-1], min))[::-1])


def _offset(zone: ZoneInfo, stamp: int) -> int:
    offset = datetime.fromtimestamp(stamp, zone).utcoffset()
    assert offset is not None
    return offset.days * DAY + offset.seconds


def _stamp(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
