"""knowledge_search in a session: the knowledge base is opened by the first call, and what lacks vectors gets them."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.knowledge.types import Found, Wanted
from heartbit_tui.memory.embed.following import Followed, Follower
from heartbit_tui.memory.protocols import Embedder
from heartbit_tui.runtime.embedding import embedding
from heartbit_tui.runtime.knowledge import Knowledge, knowledge
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings

EMBEDDING = (
    "{waiting} chunks of the indexed documents get vectors of {model} in the background; until then they are found by "
    "words alone."
)
EMBEDDED = "The indexed documents have their vectors of {model}: {done} more chunks."
NOT_EMBEDDED = "The indexed documents are found by words alone: {problem}"

Say = Callable[[str, bool], None]
"""Takes a sentence for the person, and whether it is a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The session, as far as the knowledge base depends on it."""

    options: Options
    settings: Settings
    clock: Clock
    say: Say


class Desk:
    """Opens the knowledge base when it is first asked; what it opens is closed with the stack."""

    def __init__(self, around: Around, stack: AsyncExitStack) -> None:
        self._around = around
        self._stack = stack
        self._opening = asyncio.Lock()
        self._base: Knowledge | None = None

    async def find(self, wanted: Wanted) -> Found:
        """What fits. Raises `HeartbitError`."""
        async with self._opening:
            base = self._base = self._base or await self._opened()
        return await base.search.find(wanted)

    async def _opened(self) -> Knowledge:
        around, stack = self._around, self._stack
        settings, clock = around.settings, around.clock
        made = await stack.enter_async_context(embedding(settings, clock, lambda text: around.say(text, False)))
        root = project_root(around.options.cwd)
        base = await stack.enter_async_context(knowledge(settings, root, clock, made.asking))
        if made.is_on:
            await self._follow(base, made.reading)
        return base

    async def _follow(self, base: Knowledge, embedder: Embedder) -> None:
        """Have the chunks that lack a vector of this model get one in the background."""
        say = self._around.say
        waiting = await base.vectors.pending(embedder.model, 1)
        if not waiting.total:
            return
        say(EMBEDDING.format(waiting=waiting.total, model=embedder.model), False)

        def progress(followed: Followed) -> None:
            if followed.over:
                say(EMBEDDED.format(model=followed.model, done=followed.done), False)

        def failed(problem: HeartbitError) -> None:
            say(NOT_EMBEDDED.format(problem=problem), True)

        follower = Follower(base.vectors, embedder, self._around.clock, progress=progress, failed=failed)
        follower.wake()
        task = asyncio.create_task(follower.run(), name="vectors of documents")
        self._stack.push_async_callback(_ended, task)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
