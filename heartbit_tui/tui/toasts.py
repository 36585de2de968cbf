"""Notifications that stand long enough to be read."""

from collections.abc import Iterator

from textual.notifications import Notification, Notifications

LEAST = 0.5
"""Seconds that a notification has left at least where it is put on a screen."""


class Lasting(Notifications):
    """Puts none on a screen that is about to go.

    Textual 8.2 takes what is left of its time for the interval of a timer, and where that has passed meanwhile the timer
    counts without end, and nothing else has a turn.
    """

    def __iter__(self) -> Iterator[Notification]:
        return iter([each for each in super().__iter__() if each.time_left > LEAST])
