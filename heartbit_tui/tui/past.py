"""What was typed before, for a draft that is there before its history is."""

from collections.abc import Iterable

from heartbit_tui.tui.draft.recall import History


class Past:
    """A `History` that can be given its kept one later; what was added meanwhile goes there then."""

    def __init__(self) -> None:
        self._kept: History | None = None
        self._early: list[str] = []

    def keep(self, kept: History) -> None:
        """From now on, this is where it is kept."""
        self._kept = kept
        for text in self._early:
            kept.add(text)
        self._early.clear()

    def entries(self) -> Iterable[str]:
        """All entries, oldest first."""
        return self._kept.entries() if self._kept is not None else self._early

    def add(self, text: str) -> None:
        """Keep what was sent just now."""
        if self._kept is not None:
            self._kept.add(text)
        else:
            self._early.append(text)
