"""Whose a key is: a sheet that has just appeared gets none while somebody types."""

from typing import Literal, TypeAlias

SECONDS = 0.35
"""How long no key must have come before one counts for a sheet; each key restarts the clock (as Crush does)."""

Owner: TypeAlias = Literal["sheet", "draft", "nobody"]


class Grace:
    """Decides by passed-in times, in seconds of one clock, whether a key is meant for the sheet or for the draft.

    Until the sheet has taken a key, one that comes too soon is the draft's. Once it has, all are the sheet's, until
    one goes to the draft or something else appears. A key that answered and comes again at once, because it was
    held or pressed twice, is nobody's.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._last = float("-inf")
        self._held = False
        self._key = ""
        self._key_at = float("-inf")

    def opened(self, now: float) -> None:
        """Something new to answer is seen, or the window came to the front."""
        self._last = max(self._last, now)
        self._held = False

    def ready(self, now: float) -> bool:
        """Whether a key would be the sheet's."""
        return self._held or now >= self._last + self._seconds

    def left(self, now: float) -> float:
        """Seconds until a key would be the sheet's."""
        return 0.0 if self._held else max(self._last + self._seconds - now, 0.0)

    def owner(self, key: str, now: float) -> Owner:
        """Whose this key is; it is also taken note of, unless it is the sheet's."""
        if self.ready(now):
            return "sheet"
        self._last = max(self._last, now)
        if key == self._key and now - self._key_at < self._seconds:
            self._key_at = now
            return "nobody"
        return "draft"

    def took(self, key: str, now: float) -> None:
        """The sheet has made something of the key."""
        self._held, self._last = True, max(self._last, now)
        self._key, self._key_at = key, now

    def passed(self, now: float) -> None:
        """A key meant nothing to the sheet, so that it went to the draft: somebody types."""
        self._held, self._last = False, max(self._last, now)
