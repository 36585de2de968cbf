"""The memory of everybody who speaks with one process: each gets at what is their own, and at nothing else."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.embed.following import Follower
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_tiers import Promotion, Tier, tier_of
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.sqlite.drafts import SqliteDrafts
from heartbit_tui.memory.sqlite.meditating import Meditating
from heartbit_tui.memory.types import Entry, Query, Reach, Recall
from heartbit_tui.runtime import drafting
from heartbit_tui.runtime.meditating import bounds_of
from heartbit_tui.runtime.memory_ground import of_command
from heartbit_tui.runtime.memory_store import KINDS, by_meaning, following, kind_of, shelf
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.plugged import plugged
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.shelf import Shelf, Whose

SKILLS = "skills"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The memory of one owner, as a person has it: all that is theirs, whichever agent kept it.

    `drafts` and `kept` are None for a memory that is not in the data file: it has neither drafts nor marks.
    """

    notebook: Notebook
    drafts: SqliteDrafts | None
    kept: Meditating | None

    async def demoted(self, entries: Sequence[Entry]) -> frozenset[str]:
        """The ids of those of these entries that meditation has let go of."""
        if self.kept is None or not entries:
            return frozenset()
        seen = await self.kept.seen([each.id for each in entries], self.notebook.reach)
        return frozenset(each.entry.id for each in seen if each.demoted)


class Holdings:
    """The memory of all; `of` is the one place where somebody's reach is made."""

    def __init__(self, found: Shelf, settings: Settings, clock: Clock, follower: Follower | None) -> None:
        self._follower = follower
        self._shelf = found
        self._settings = settings
        self._clock = clock
        self._promotion: Promotion = bounds_of(settings.config).promotion
        self._skills: Path = settings.places.config / SKILLS

    def of(self, tenant: str, user: str) -> Holding:
        """What this user of this tenant has; both are empty for the person at this machine."""
        memory = self._shelf.memory
        whose = Whose(agent="", session="", project="", tenant=tenant, user=user)
        ground, database = of_command(memory, whose, self._settings), self._shelf.kept
        if database is None:
            return Holding(notebook=Notebook(ground), drafts=None, kept=None)
        drafts = SqliteDrafts(database, self._clock, Reach(tenant=tenant, user=user))
        return Holding(notebook=Notebook(ground), drafts=drafts, kept=Meditating(database, self._clock))

    async def recall(self, holding: Holding, query: Query) -> Recall:
        """What of somebody's memory answers a question, as an agent of theirs would get it; nothing is touched.

        What has no vector yet gets one from now on, so that the next question finds it by meaning too.
        """
        if self._follower is not None:
            self._follower.wake()
        return await holding.notebook.recall(query, touch=False)

    @property
    def embeds(self) -> bool:
        """Whether the memory is searched by meaning too."""
        return self._follower is not None

    def tier(self, entry: Entry, demoted: frozenset[str]) -> Tier:
        """The tier of an entry now."""
        return tier_of(entry, self._clock.now(), demoted=entry.id in demoted, promotion=self._promotion)

    async def edit(self, drafts: SqliteDrafts, draft: Draft, text: str) -> Draft:
        """Put the skill in a text in the place of a draft's own. Raises `DraftError`."""
        whose = Whose(agent="", session="", project="")
        return await drafting.edit(drafts, draft, text, of_command(self._shelf.memory, whose, self._settings).clean)

    async def accept(self, drafts: SqliteDrafts, draft: Draft) -> Draft:
        """Write a draft of a skill to the skills of the person at this machine. Raises `DraftError`, `ConfigError`."""
        return await drafting.accept(drafts, draft, self._skills)


@asynccontextmanager
async def holdings(options: Options, settings: Settings, clock: Clock) -> AsyncGenerator[Holdings | None]:
    """The memory that outlives sessions, None where the settings want none. Raises `ConfigError`, `StoreError`."""
    options, _ = await plugged(options, settings, clock)
    kind = kind_of(options, settings)
    if kind not in KINDS:
        yield None
        return
    async with (
        shelf(kind, settings, clock, options.brought) as found,
        by_meaning(found, settings, clock, lambda _: None) as follower,
        following(follower),
    ):
        yield Holdings(found, settings, clock, follower)
