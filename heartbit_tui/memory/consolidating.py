"""Merges what belongs together, with the words of a model, when a session ends."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError, ProviderError
from heartbit_tui.kernel.events import Event, MemoryChanged, ModelCalled
from heartbit_tui.kernel.messages import StopReason, Text, user
from heartbit_tui.kernel.protocols import Block, Finish, Provider, Request, Spent
from heartbit_tui.memory import telling
from heartbit_tui.memory.clusters import clusters
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, NewEntry, Query

TOKENS = 512
"""How long a merged note may be; the seed's."""

LARGEST = 20
"""Entries that are merged into one at once."""

CLUSTERS = 10
"""Clusters that one session's end merges, so that leaving stays a matter of seconds; the rest waits for the next."""

LOOKED_AT = 1_000
"""The newest entries that are looked at."""

RESTRICTED = Confidentiality.RESTRICTED
BY = "consolidation"
FROM = "notes of long-term memory"
FAILED = "{count} alike entries were left as they are: {error}"
CUT_OFF = "the model's note was cut off"
EMPTY = "the model wrote nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What came of it: clusters that became one entry each, and how many entries those took the place of."""

    clusters: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a model wrote, and what it cost."""

    text: str = ""
    cut: bool = False
    spent: tuple[Spent, ...] = field(default=())


class Consolidator:
    """Finds clusters of episodic entries and has a model merge each; what is restricted or pinned stays as it is.

    `tell` gets a `ModelCalled` for each call and a `MemoryChanged` for each cluster.
    """

    def __init__(self, notebook: Notebook, provider: Callable[[], Provider], fence: Fence) -> None:
        self._notebook = notebook
        self._provider = provider
        self._fence = fence

    async def run(self, tell: Callable[[Event], None]) -> Merging:
        """Merge what belongs together. A cluster that fails is left as it is, and told. Raises `StoreError`."""
        listed = await self._notebook.list(Query(type=EntryType.EPISODIC, pinned=False, limit=LOOKED_AT))
        own = [each for each in reversed(listed) if self._notebook.owns(each) and each.confidentiality < RESTRICTED]
        merged = [await self._merge(each[:LARGEST], tell) for each in clusters(own)[:CLUSTERS]]
        return Merging(clusters=sum(count > 0 for count in merged), entries=sum(merged))

    async def _merge(self, cluster: Sequence[Entry], tell: Callable[[Event], None]) -> int:
        try:
            note = await self._note(cluster, tell)
            wanted = NewEntry(
                content=note,
                importance=max(entry.importance for entry in cluster),
                type=EntryType.SEMANTIC,
            )
            merged = await self._notebook.merge(wanted, [entry.id for entry in cluster], by=BY)
        except HeartbitError as error:
            reason = FAILED.format(count=len(cluster), error=error)
            tell(MemoryChanged(action="refused", count=len(cluster), reason=reason))
            return 0
        told = telling.change("merged", [merged.entry], reason=f"{len(merged.replaced)} entries became one")
        tell(told)
        return len(merged.replaced)

    async def _note(self, cluster: Sequence[Entry], tell: Callable[[Event], None]) -> str:
        bullets = "\n".join(f"- {entry.content}" for entry in cluster)
        material = self._fence(bullets, FROM, "")
        request = Request(system=read("consolidate.md"), messages=(user(material),), max_tokens=TOKENS)
        answer = await self._asked(request)
        for spent in answer.spent:
            tell(ModelCalled(purpose=spent.purpose, model=spent.model, usage=spent.usage, cost_usd=spent.cost_usd))
        if answer.cut or not answer.text.strip():
            raise ProviderError(CUT_OFF if answer.cut else EMPTY)
        return answer.text.strip()

    async def _asked(self, request: Request) -> _Answer:
        words, spent, cut = list[str](), list[Spent](), False
        async with aclosing(self._provider().stream(request)) as parts:
            async for part in parts:
                match part:
                    case Block(block=Text(text=text)):
                        words.append(text)
                    case Finish(model=model, usage=usage, cost_usd=cost, stop=stop):
                        cut = stop is StopReason.MAX_TOKENS
                        spent.append(Spent(purpose="consolidation", model=model, usage=usage, cost_usd=cost))
                    case Spent():
                        spent.append(part)
                    case _:
                        pass
        return _Answer(text="".join(words), cut=cut, spent=tuple(spent))
