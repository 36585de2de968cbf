"""How long something was going on, where several of it may go on at once."""

from datetime import datetime


class Span:
    """The time during which at least one is going on."""

    def __init__(self) -> None:
        self._count = 0
        self._since: datetime | None = None
        self._sum = 0

    def begin(self, at: datetime) -> None:
        """One more begins."""
        self._count += 1
        self._since = self._since or at

    def end(self, at: datetime) -> None:
        """One of them ends."""
        if not self._count:
            return
        self._count -= 1
        if not self._count and self._since is not None:
            self._sum += between(self._since, at)
            self._since = None

    def milliseconds(self, now: datetime | None = None) -> int:
        """All of it so far; what still goes on counts up to `now`."""
        going = between(self._since, now) if self._since is not None and now is not None else 0
        return self._sum + going


class Lanes:
    """Gives whoever works at the same time a number of its own, the lowest that is free."""

    def __init__(self) -> None:
        self._taken: list[str] = []

    def take(self, id: str) -> int:
        """The number for this one."""
        if "" in self._taken:
            lane = self._taken.index("")
            self._taken[lane] = id
            return lane
        self._taken.append(id)
        return len(self._taken) - 1

    def free(self, id: str) -> None:
        """Its number may be given again."""
        if id in self._taken:
            self._taken[self._taken.index(id)] = ""
        while self._taken and not self._taken[-1]:
            self._taken.pop()


def between(start: datetime, end: datetime) -> int:
    """Milliseconds from one time to another, 0 where a clock was set back."""
    return max(round((end - start).total_seconds() * 1000), 0)
