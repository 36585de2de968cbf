"""What the tasks of a tenant found out, kept for the tasks that come after them: for that tenant alone, as data."""

import asyncio
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.fencing import Fence
from heartbit_tui.memory.notebook import Clean, Ground, Notebook
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.topics import terms
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Origin, Query, Reach, Recalled, Scope
from heartbit_tui.runtime.memory_ground import Late, Marks
from heartbit_tui.runtime.memory_store import kind_of, shelf
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tasks import Task

AGENT: Final = "institutional"
TRUSTED: Final = frozenset({"owner", "verified"})
"""How far senders have to be trusted, so that what came of their messages is kept."""

LONGEST: Final = 2_000
"""Bytes of a result that are kept; the seed's."""

WORDS: Final = 30
"""Words of a result by which it is found."""

SPARE: Final = 10
"""Entries that are looked for beyond those that are wanted: some may be of the session that a task goes on with."""

MOST: Final = 100
"""Entries of one search at most."""

SECONDS: Final = 1.0
"""Seconds that a search may hold up the beginning of a task."""

ORIGIN: Final = "results of earlier tasks, found by heartbit"
SHOWN: Final = "[{at:%Y-%m-%d}, {source}, task {task}]\n{text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """Keeps what came of tasks and finds it again, within one tenant. `limit` is how many are recalled for a task."""

    memory: Memory
    clean: Clean
    fence: Fence
    limit: int

    async def keep(self, task: Task) -> bool:
        """Keep what came of a task, without secrets; whether it was. Raises what a `Memory` raises.

        Nothing is kept of what failed, of what had nothing to say, and of what strangers could have written.
        """
        if not is_worth(task):
            return False
        text = task.result.encode()[:LONGEST].decode("utf-8", "ignore")
        request = task.request
        wanted = NewEntry(
            id=f"{AGENT}:{task.id}",
            content=text,
            category="task_result",
            tags=tuple(filter(None, (request.source[:64], request.story_id))),
            keywords=keywords(request.source, text),
            summary=f"Task result from {request.source} ({request.story_id or 'no story'})",
            importance=7,
            type=EntryType.EPISODIC,
            confidentiality=Confidentiality.INTERNAL,
            at=task.ended,
        )
        await self._notebook(task).keep((wanted,), by=AGENT)
        return True

    async def recall(self, task: Task, told: Collection[str] = ()) -> str:
        """What earlier tasks of the same tenant found out about this one, between marks for data; empty where nothing.

        It leaves out what the agent has before it anyway: the results of the tasks whose ids are `told`, and what was done
        in the same session. A search that fails or takes too long holds no task up.
        """
        if not self.limit or not is_trusted(task):
            return ""
        query = Query(text=task.request.task[:LONGEST], limit=min(self.limit + len(told) + SPARE, MOST))
        try:
            async with asyncio.timeout(SECONDS):
                found = (await self._notebook(task).recall(query)).found
        except (TimeoutError, HeartbitError):
            return ""
        known = {f"{AGENT}:{each}" for each in told}
        fitting = [each for each in found if _fits(each) and _is_news(each.entry, known, task.session)][: self.limit]
        return self.fence("\n\n".join(map(_shown, fitting)), ORIGIN, "") if fitting else ""

    def _notebook(self, task: Task) -> Notebook:
        tenant = task.request.tenant_id
        internal = Confidentiality.INTERNAL
        origin = Origin(session=task.session, seq=task.last_seq or 0, by=AGENT)
        ground = Ground(
            memory=self.memory,
            reach=Reach(tenant=tenant, agents=(AGENT,), cap=internal, floor=internal),
            scope=Scope(tenant=tenant, agent=AGENT),
            clean=self.clean,
            origin=lambda: origin,
        )
        return Notebook(ground)


@asynccontextmanager
async def institution(options: Options, settings: Settings, clock: Clock) -> AsyncGenerator[Institution | None]:
    """The knowledge that tasks share, where `daemon.institutional_memory.enabled` wants it and something is remembered."""
    kind = kind_of(options, settings)
    if not settings.config.boolean("daemon.institutional_memory.enabled") or kind == "none":
        yield None
        return
    limit = settings.config.integer("daemon.institutional_memory.recall_limit") or 0
    async with shelf(kind, settings, clock, options.brought) as found:
        yield Institution(memory=found.memory, clean=Late(settings), fence=Marks().fence, limit=limit)


def is_worth(task: Task) -> bool:
    """Whether what came of a task may be kept: it is a result, with words, of a trusted source."""
    return task.state == "completed" and bool(task.result.strip()) and is_trusted(task)


def is_trusted(task: Task) -> bool:
    """Whether no stranger could have said what is to be done: a sensor's task has to say whom it trusts."""
    trust = task.request.trust_level
    return trust in TRUSTED if trust or task.request.source.startswith("sensor:") else True


def keywords(source: str, text: str) -> tuple[str, ...]:
    """What a result is found by: the parts of its source, and the words of its beginning."""
    parts = (part for part in re.split(r"[^\w-]+", source.lower()) if len(part) > 2)
    return tuple(dict.fromkeys((*parts, *terms(text[: LONGEST // 10]))))[:WORDS]


def _fits(found: Recalled) -> bool:
    return found.why.lexical_rank is not None or found.why.vector_rank is not None


def _is_news(entry: Entry, known: Collection[str], session: str) -> bool:
    return entry.id not in known and not (session and entry.origin.session == session)


def _shown(found: Recalled) -> str:
    entry = found.entry
    source = entry.tags[0] if entry.tags else AGENT
    return SHOWN.format(at=entry.created_at, source=source, task=entry.id.partition(":")[2][:8], text=entry.content)
