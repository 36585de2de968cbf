"""The two tools through which agents that work together share what they find."""

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.memory import telling
from heartbit_tui.memory.fencing import Fence
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.tools import MOST, Fact, kept, listed, recalled
from heartbit_tui.memory.types import Query, Recall, Recalled
from heartbit_tui.wire.arguments import Arguments, TypedTool

SHARED = ("",)
"""The agents whose entries are everybody's: those that belong to none."""

FROM_SHARED = "shared memory"


class ReadInput(Arguments):
    """What to look for among what others wrote."""

    query: str = Field("", max_length=2_000, description="What you want to know; empty for what is recent.")
    agent: str = Field("", description="Only what this agent wrote.")
    category: str = Field("", description="Only entries of this category.")
    tags: tuple[str, ...] = Field((), description="Only entries with any of these tags.")
    limit: int = Field(10, ge=0, description=f"How many at most, up to {MOST}.")


class WriteInput(Fact):
    """What others are to know."""


class SharedMemoryRead(TypedTool[ReadInput]):
    """Finds what was shared. The notebook's cap holds here as everywhere."""

    name = "shared_memory_read"
    effects = Effects.READ
    arguments = ReadInput

    def __init__(self, notebook: Notebook, fence: Fence) -> None:
        self._notebook = notebook
        self._fence = fence

    async def act(self, given: ReadInput, context: CallContext) -> Output:
        """Search, and keep to one writer where one is named."""
        limit = min(given.limit or MOST, MOST)
        wide = Query(text=given.query, category=given.category, tags=given.tags, limit=MOST if given.agent else limit)
        recall = await self._notebook.recall(wide, agents=SHARED, touch=not given.agent)
        chosen = tuple(found for found in recall.found if not given.agent or _writer(found) == given.agent)[:limit]
        context.emit(recalled(Recall(found=chosen, notice=recall.notice), given.query, context.call_id))
        rows = [telling.shared_row(rank, found) for rank, found in enumerate(chosen, 1)]
        content = listed(rows, recall.notice, self._fence, FROM_SHARED)
        return Output(content=content, details={"count": len(rows)})


class SharedMemoryWrite(TypedTool[WriteInput]):
    """Shares something."""

    name = "shared_memory_write"
    effects = Effects.WRITE
    arguments = WriteInput

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    async def show(self, given: WriteInput) -> str:
        """What others would read."""
        return given.content

    async def act(self, given: WriteInput, context: CallContext) -> Output:
        """Store it as nobody's in particular, under the writer's name."""
        stored = await kept(self._notebook, given.entry(), context, by=context.agent)
        return Output(content=f"Shared as {stored.entry.id}.", details={"memory": stored.entry.id})


def _writer(found: Recalled) -> str:
    return found.entry.origin.by
