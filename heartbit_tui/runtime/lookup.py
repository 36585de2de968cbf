"""Whether a session can look documents up; what does it is loaded where there are some."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.protocols import Clock, Tool
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store.store import Store

NAME = "knowledge_search"
PART = "knowledge"
BY_HAND = "SELECT 1 FROM knowledge_sources WHERE project = ? LIMIT 1"
"""Whether sources of a project were added by hand; part and table are those of `heartbit_tui.knowledge.schema`."""

TOOL = "heartbit_tui.knowledge.tools:KnowledgeSearch"
DESK = "heartbit_tui.runtime.documents_desk:Desk"
AROUND = "heartbit_tui.runtime.documents_desk:Around"

Say = Callable[[str, bool], None]
"""Takes a sentence for the person, and whether it is a warning."""


@asynccontextmanager
async def lookup(
    options: Options, settings: Settings, clock: Clock, store: Store | None, say: Say
) -> AsyncGenerator[tuple[Tool, ...]]:
    """knowledge_search, where the project has documents; `store` is the open file, None where nothing is kept."""
    if options.bare or NAME in settings.config.strings("tools.disabled") or not await _wanted(options, settings, store):
        yield ()
        return
    async with AsyncExitStack() as stack:
        found: list[Any] = []

        async def find(wanted: Any) -> Any:
            """Search; with the first call comes all that it takes, the web and the embedder too."""
            if not found:
                around = plugins.resolve(AROUND)(options=options, settings=settings, clock=clock, say=say)
                found.append(plugins.resolve(DESK)(around, stack))
            return await found[0].find(wanted)

        yield (plugins.resolve(TOOL)(find, options.cwd),)


async def _wanted(options: Options, settings: Settings, store: Store | None) -> bool:
    """Whether documents are named by the settings, or were indexed by hand."""
    if settings.config.is_set("knowledge.sources"):
        return True
    return store is not None and await store.holds(PART, BY_HAND, (str(project_root(options.cwd)),))
