"""What agents that work together leave for each other, under names."""

import json
from collections.abc import Mapping
from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock

MOST_VALUE = 65_536
"""Bytes of JSON that one note may have."""

MOST = 1_048_576
"""Bytes of JSON that all notes of a board may have."""

MOST_KEY = 200
"""Characters of a name."""

TOO_LONG = "This is too long for the board: {size:,} of at most {most:,} bytes. Leave the short of it there."
FULL = "The board is full: {size:,} bytes more do not fit into {most:,}. Write over what is of no use any more."
NO_KEY = "A name on the board has 1 to {most} characters."


class BoardError(HeartbitError):
    """Something cannot be put on the board; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing on a board: any JSON value, who wrote it, and when."""

    value: object
    by: str
    at: datetime


class Board:
    """Notes by name; a later one takes the place of an earlier one. Kept in memory, for one session or one squad."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notes: dict[str, Note] = {}
        self._sizes: dict[str, int] = {}

    def write(self, key: str, value: object, *, by: str) -> None:
        """Leave a JSON value under a name. Raises `BoardError` for what is too long."""
        if not 0 < len(key) <= MOST_KEY:
            raise BoardError(NO_KEY.format(most=MOST_KEY))
        size = len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size > MOST_VALUE:
            raise BoardError(TOO_LONG.format(size=size, most=MOST_VALUE))
        if sum(self._sizes.values()) - self._sizes.get(key, 0) + size > MOST:
            raise BoardError(FULL.format(size=size, most=MOST))
        self._notes[key] = Note(value=value, by=by, at=self._clock.now())
        self._sizes[key] = size

    def leave(self, key: str, text: str, *, by: str) -> None:
        """Leave a text under a name, as much of it as fits."""
        data = text.encode("utf-8", "ignore")
        room = min(MOST_VALUE, MOST - sum(self._sizes.values()) + self._sizes.get(key, 0)) // 2
        if room > 0:
            self.write(key, data[:room].decode("utf-8", "ignore") if len(data) > room else text, by=by)

    def read(self, key: str) -> Note | None:
        """What is under a name."""
        return self._notes.get(key)

    def keys(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._notes))

    def clear(self) -> None:
        """Take everything off."""
        self._notes.clear()
        self._sizes.clear()

    @property
    def notes(self) -> Mapping[str, Note]:
        """All of it, as it is now."""
        return dict(self._notes)


def told(value: object) -> str:
    """A value as a model reads it: a text as it is, anything else as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
