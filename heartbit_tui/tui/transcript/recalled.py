"""What was recalled in a run, folded from its events."""

from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import MemoryRecalled, Recollection

TOGETHER = 20
"""Entries of one run that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memories:
    """What was recalled in one run, the last search first; `at` is when that was, `note` what was missing in it."""

    entries: tuple[Recollection, ...] = ()
    at: datetime | None = None
    note: str = ""


def after(before: Memories | None, recalled: MemoryRecalled, at: datetime) -> Memories:
    """What is known after one more search; an entry that was found before stands where it was found last."""
    found = {entry.id for entry in recalled.entries}
    older = (entry for entry in (before.entries if before else ()) if entry.id not in found)
    return Memories(entries=(*recalled.entries, *older)[:TOGETHER], at=at, note=recalled.note)
