"""The hours of a day in which something may happen, as the clocks of its zone show them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.zones import instant, settled

MINUTES = 24 * 60
"""Minutes of a day on the dial; 24:00 is the last of them."""

EVERY_DAY = frozenset(range(7))
_AHEAD = 28
"""Days in which a window that ever opens does: a week, and weeks whose one day has no such hours."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, each day of `days`: minutes since midnight, the end not included.

    A start behind the end means overnight: the window belongs to the day on which it opens. The same start and end never
    hold; whoever means the whole day writes 0 and `MINUTES`. Days are numbered from Monday, 0.

    Where clocks are set forward over a border, it is the moment at which they are set. Where they are set back and show
    a border twice, a window opens at the first and closes at the second.
    """

    start: int
    end: int
    zone: tzinfo
    days: frozenset[int] = EVERY_DAY

    def holds(self, at: datetime) -> bool:
        """Whether a moment, which knows its zone, is within the window."""
        today = at.astimezone(self.zone).date()
        return any(opens <= at < closes for opens, closes in self._spans(today - timedelta(days=2), 4))

    def opens_after(self, at: datetime) -> datetime | None:
        """The first moment behind `at` at which the window opens, in UTC; None for one that never does, or never closes."""
        today = at.astimezone(self.zone).date()
        for opens, _ in self._spans(today - timedelta(days=1), _AHEAD):
            if opens > at and not self.holds(opens - datetime.resolution):
                return opens
        return None

    def _spans(self, first: date, count: int) -> Iterator[tuple[datetime, datetime]]:
        """What of the days from `first` on is within the window, in UTC."""
        if self.start == self.end:
            return
        for day in (first + timedelta(days=number) for number in range(count)):
            if day.weekday() in self.days:
                opens = instant(_on(day, self.start), self.zone)
                closes = settled(_on(day, self.end + MINUTES * (self.end < self.start)), self.zone)
                if opens < closes:
                    yield opens, closes


def minutes(text: str) -> int:
    """Minutes since midnight of a time such as `9:00`, `22:30` or `24:00`. Raises `ValueError` with a sentence."""
    hour, colon, minute = text.strip().partition(":")
    if colon and all(part.isascii() and part.isdecimal() and len(part) <= 2 for part in (hour, minute)):
        found = int(hour) * 60 + int(minute)
        if int(minute) < 60 and found <= MINUTES:
            return found
    raise ValueError(f"{text!r} is no time of day: write hours and minutes, from 00:00 to 24:00.")


def shown(minute: int) -> str:
    """Minutes since midnight as `HH:MM`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _on(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
