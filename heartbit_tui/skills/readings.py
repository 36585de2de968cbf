"""What files of skills and commands said when they were read, for all who look for them in one process."""

import threading
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.find import Stamp
from heartbit_tui.skills.types import Found, Place

MOST = 2_000
"""Files that are known at a time; one more, and they are read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file said, and the stamp that it had then."""

    stamp: Stamp
    digest: str
    found: Found


class Readings:
    """The readings of files that no project brings: those are judged anew by each who looks. Any thread may use it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, Place], Reading] = {}
        self._one_at_a_time = threading.Lock()

    def of(self, path: Path, place: Place, stamp: Stamp) -> Reading | None:
        """What a file said in which nothing changed since; None where that is not known."""
        with self._one_at_a_time:
            found = self._kept.get((path, place))
        return found if found is not None and found.stamp == stamp else None

    def keep(self, path: Path, place: Place, reading: Reading) -> None:
        """Remember what a file says, unless a project brings it."""
        if place.layer == "project":
            return
        with self._one_at_a_time:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[path, place] = reading
