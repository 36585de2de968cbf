"""What is kept of earlier sessions, for the list, the completion and the search."""

from collections.abc import Sequence

from heartbit_tui.client.types import Elsewhere
from heartbit_tui.repl.acts import Known
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.store.found import Asked, Hit
from heartbit_tui.store.store import Store

LISTED = 20


async def recent(options: Options, place: Elsewhere | None = None) -> Sequence[Known]:
    """The newest sessions of the folder, here or in this place, newest first. Raises `HeartbitError`."""
    if place is not None:
        return [Known(id=each.id, title=each.title, updated=each.updated) for each in (await place.sessions())[:LISTED]]
    if options.ephemeral or options.demo:
        return ()
    clock = SystemClock()
    settings = await read(options, clock)
    async with Store.open(settings.store, clock) as store:
        found = await store.index.search(cwd=str(options.cwd), limit=LISTED)
    return [Known(id=each.id, title=each.summary.title, updated=each.summary.updated) for each in found]


async def found(options: Options, words: str) -> Sequence[Hit]:
    """What holds these words in all sessions, newest first. Raises `StoreError`, `ConfigError`."""
    clock = SystemClock()
    settings = await read(options, clock)
    async with Store.open(settings.store, clock) as store:
        await store.passages.catch_up(mask_for(options))
        return await store.passages.search(Asked(text=words, limit=LISTED))
