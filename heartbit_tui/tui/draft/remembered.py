"""What was sent from this project, on disk and in this process."""

from collections.abc import Sequence
from typing import Protocol

LONGEST = 100_000
"""Characters of an entry that is still written to disk; a longer one is remembered until the program ends."""


class Kept(Protocol):
    """Entries on disk; `client.history.HistoryFile` is one."""

    def read(self) -> list[str]:
        """The entries, oldest first."""
        ...

    def add(self, text: str) -> None:
        """Keep an entry; what looks like a secret is not written."""
        ...


class Remembered:
    """Reads what is kept when it is first asked; what this process adds it knows, written or not."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._read: list[str] | None = None
        self._added: list[str] = []

    def entries(self) -> Sequence[str]:
        """All entries, oldest first."""
        if self._read is None:
            self._read = self._kept.read()
        return (*self._read, *self._added)

    def add(self, text: str) -> None:
        """Keep what was sent just now."""
        self.entries()
        self._added.append(text)
        if len(text) <= LONGEST:
            self._kept.add(text)
