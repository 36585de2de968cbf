"""Going through what was typed before, and back to what is being typed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.draft.passage import Passage


class History(Protocol):
    """What was sent before, oldest first."""

    def entries(self) -> Iterable[str]:
        """All entries, oldest first."""
        ...

    def add(self, text: str) -> None:
        """Keep what was sent just now."""
        ...


@dataclass(frozen=True, slots=True)
class Recall:
    """A walk through the entries that begin as the kept draft does; `position` past the last is the draft itself."""

    entries: tuple[str, ...]
    position: int
    kept: Passage

    @property
    def shown(self) -> str | None:
        """The entry that is shown; None for the draft itself."""
        return self.entries[self.position] if self.position < len(self.entries) else None


def begun(entries: Iterable[str], draft: Passage) -> Recall:
    """A walk that stands at the draft; entries that repeat the one after them, or the draft, are left out."""
    found: list[str] = []
    for entry in entries:
        if entry.startswith(draft.text) and entry != draft.text and entry[:1] and (not found or found[-1] != entry):
            found.append(entry)
    return Recall(tuple(found), len(found), draft)


def stepped(recall: Recall, by: int) -> Recall | None:
    """One entry further back (-1) or on (1); None where there is none."""
    position = recall.position + by
    return replace(recall, position=position) if 0 <= position <= len(recall.entries) else None
