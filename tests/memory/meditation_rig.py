"""What tests of meditation stand on: a memory in a real file with the vectors of words, and a model that plays a script."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import Text
from heartbit_tui.memory.embed.following import follow
from heartbit_tui.memory.meditation import Means, meditate
from heartbit_tui.memory.meditation_asking import Writing
from heartbit_tui.memory.meditation_report import Bounds, Report
from heartbit_tui.memory.meditation_runs import Worked
from heartbit_tui.memory.sqlite import STEPS, SqliteMemory
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.sqlite.meditating import Meditating
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Query, Reach, Scope
from heartbit_tui.providers.script import Reply
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.meditating import shaped
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.embeddings import WordEmbedder
from tests.memory.rig import MARKS, SCREEN

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPE = Scope(agent="heartbit", project="/w")
ALL = Reach(cap=Confidentiality.RESTRICTED)
SKILL = """---
name: release-notes
description: How releases are made here. Use before one.
---

# Release notes

1. Run make release, because it signs.
"""


def core(content: str, **more: object) -> NewEntry:
    """An entry that is core: a conclusion."""
    return replace(NewEntry(content=content, scope=SCOPE, type=EntryType.REFLECTION), **more)


def fact(content: str, **more: object) -> NewEntry:
    """An entry of something that happened."""
    return replace(NewEntry(content=content, scope=SCOPE), **more)


def says(text: str, **more: object) -> Reply:
    return replace(Reply(blocks=(Text(text=text),)), **more)


RELEASES = tuple(f"Sign, tag, push and build the main branch {last}" for last in ("tested", "checked", "reviewed"))
"""Three texts of which each two belong together, but do not say the same: their cosines are 0.89."""


class Bench:
    """A memory, what meditates on it, and what was told."""

    def __init__(self, database: Database, replies: Sequence[Reply]) -> None:
        self.clock = FakeClock(AT)
        self.database = database
        self.memory = SqliteMemory(database, self.clock)
        self.kept = Meditating(database, self.clock)
        self.drafts = SqliteDrafts(database, self.clock, ALL)
        self.provider = Scripted(replies)
        self.told: list[Event] = []
        self.refusal = ""
        self.worked: list[Worked] = []
        numbers = count(1)
        self.writing: Writing | None = Writing(
            provider=lambda: self.provider,
            fence=MARKS.fence,
            clean=SCREEN,
            shape=shaped,
            new_id=lambda: f"draft{next(numbers)}",
            tell=self.told.append,
        )

    async def store(self, *new: NewEntry) -> tuple[Entry, ...]:
        """Keep entries, each a second after the one before, with their vectors."""
        stored: list[Entry] = []
        for each in new:
            await self.clock.advance(1)
            stored.append(await self.memory.store(each))
        await self.embed()
        return tuple(stored)

    async def embed(self) -> None:
        await follow(self.memory, WordEmbedder(), lambda followed: None)

    async def meditate(self, *, dry: bool = False, **bounds: object) -> Report:
        async def refusal() -> str:
            return self.refusal

        async def runs(since: datetime) -> tuple[Worked, ...]:
            return tuple(each for each in self.worked if each.ended > since)

        means = Means(
            memory=self.memory,
            kept=self.kept,
            drafts=self.drafts,
            reach=ALL,
            clock=self.clock,
            tell=self.told.append,
            writing=self.writing,
            refusal=refusal,
            runs=runs,
            dry=dry,
        )
        return await meditate(means, replace(Bounds(), **bounds))

    async def entries(self) -> dict[str, Entry]:
        """All that is there, by what it says."""
        return {each.content: each for each in await self.memory.list(Query(reach=ALL, limit=1_000))}

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.told if isinstance(event, MemoryChanged)]


@asynccontextmanager
async def bench(folder: Path, *replies: Reply) -> AsyncGenerator[Bench]:
    """A bench over a file of its own."""
    async with Database.open(folder / "heartbit.db", "memory", STEPS, driver.with_vectors) as database:
        yield Bench(database, replies)
