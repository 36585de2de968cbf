"""What was sent from this project, on disk and in this process."""

from collections.abc import Sequence

from heartbit_tui.tui.draft.recall import History

LONGEST = 100_000
"""Characters of an entry that is still written to disk; a longer one is remembered until the program ends."""


class Remembered:
    """A history over one on disk, which is read when it is first asked; what this process adds it knows in any case.

    `kept` need not write all of it: `client.history.HistoryFile` leaves out what looks like a secret.
    """

    def __init__(self, kept: History) -> None:
        self._kept = kept
        self._read: list[str] | None = None
        self._added: list[str] = []

    def entries(self) -> Sequence[str]:
        """All entries, oldest first."""
        if self._read is None:
            self._read = list(self._kept.entries())
        return (*self._read, *self._added)

    def add(self, text: str) -> None:
        """Keep what was sent just now."""
        self.entries()
        self._added.append(text)
        if len(text) <= LONGEST:
            self._kept.add(text)
