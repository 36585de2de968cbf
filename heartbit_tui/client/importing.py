"""Takes many entries in from JSON lines, without what may not be stored, in batches that are kept whole."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace

from heartbit_tui.client.memories import Memories
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.lines import AGENT, Reading
from heartbit_tui.memory.notebook import Clean, cleaned_entry
from heartbit_tui.memory.types import Entry

__all__ = ("AGENT", "Taken", "Wanted", "take_in")

BATCH = 2_000
"""Entries of one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose entries are that name nobody, and of which project."""

    agent: str = AGENT
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many entries were taken in, and in how many something was left out."""

    entries: int = 0
    cleaned: int = 0


async def take_in(memories: Memories, lines: Iterable[str], wanted: Wanted) -> Taken:
    """Take in all lines. Raises `EntryRefused` with the number of a line that is wrong; nothing is kept then."""
    ground = memories.ground
    scope = replace(ground.scope, agent=wanted.agent, project=wanted.project, session="")
    reading = Reading(scope, memories.now())
    entries, cleaned = await asyncio.to_thread(lambda: _read(reading.entries(lines), ground.clean))
    for start in range(0, len(entries), BATCH):
        await ground.memory.store_many(entries[start : start + BATCH])
    return Taken(entries=len(entries), cleaned=cleaned)


def _read(entries: Iterator[Entry], clean: Clean) -> tuple[list[Entry], int]:
    """All entries as they may be kept, and how many had something in them."""
    kept: list[Entry] = []
    cleaned = 0
    for entry in entries:
        left, found = cleaned_entry(entry, clean)
        cleaned += bool(found)
        kept.append(left)
    return kept, cleaned
