"""Has a model say in one note what several say, and counts what that cost."""

from collections.abc import Callable, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryChanged
from heartbit_tui.kernel.messages import user
from heartbit_tui.kernel.protocols import Provider, Request
from heartbit_tui.memory import telling
from heartbit_tui.memory.asking import Written, ask
from heartbit_tui.memory.consolidation import Consolidated, Summary, consolidate
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.notebook import Clean, told
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.types import Reach

TOKENS = 512
"""How long a merged note may be; the seed's."""

LARGEST = 20
"""Notes that are merged into one at once; a model is not told more."""

CLUSTERS = 10
"""Clusters that one session's end merges, so that leaving stays a matter of seconds; the rest waits for the next."""

FROM = "notes of long-term memory"
PURPOSE = "consolidation"
FAILED = "{count} alike memories were left as they are: {error}"
SECRET = "there is {found} in the model's note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What merging needs: a model, marks for data, what looks for secrets, and who is told of what happens."""

    provider: Callable[[], Provider]
    fence: Fence
    clean: Clean
    tell: Callable[[Event], None]


class Merger:
    """A `Summarise` that asks a model. A note with a secret in it, one that was cut off and none are no notes."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def __call__(self, contents: Sequence[str]) -> Summary:
        """One note in the place of several, oldest first. Raises `HeartbitError`, which is told before."""
        try:
            written = await self._asked(contents)
        except HeartbitError as error:
            self._tell_left(len(contents), str(error))
            raise
        found = self._means.clean(written.text).found
        wrong = written.wrong("note") or (SECRET.format(found=told(found)) if found else "")
        if wrong:
            self._tell_left(len(contents), wrong)
            raise EntryRefused(wrong)
        return Summary(text=written.text)

    def _tell_left(self, count: int, error: str) -> None:
        reason = FAILED.format(count=count, error=error)
        self._means.tell(MemoryChanged(action="refused", count=count, reason=reason))

    async def _asked(self, contents: Sequence[str]) -> Written:
        bullets = "\n".join(f"- {content}" for content in reversed(contents[:LARGEST]))
        material = self._means.fence(bullets, FROM, "")
        request = Request(system=read("consolidate.md"), messages=(user(material),), max_tokens=TOKENS)
        return await ask(self._means.provider(), request, PURPOSE, self._means.tell)


async def merge(memory: Memory, reach: Reach, means: Means) -> Consolidated:
    """Merge what belongs together within reach; what came of it is told. Raises `StoreError`."""
    done = await consolidate(memory, reach, Merger(means), most=CLUSTERS)
    for entry in done.made:
        reason = f"{len(entry.source_ids)} became one"
        means.tell(telling.change("merged", [entry], reason=reason))
    return done
