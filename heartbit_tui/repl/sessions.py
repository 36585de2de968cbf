"""What is kept of earlier sessions, for the list and the completion."""

from collections.abc import Sequence

from heartbit_tui.repl.acts import Known
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.store.store import Store

LISTED = 20


async def recent(options: Options) -> Sequence[Known]:
    """The newest sessions of the folder, newest first. Raises `StoreError`, `ConfigError`."""
    if options.ephemeral or options.demo:
        return ()
    clock = SystemClock()
    settings = await read(options, clock)
    async with Store.open(settings.store, clock) as store:
        found = await store.index.search(cwd=str(options.cwd), limit=LISTED)
    return [Known(id=each.id, title=each.summary.title, updated=each.summary.updated) for each in found]
