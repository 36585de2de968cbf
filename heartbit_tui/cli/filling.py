"""`heartbit sessions context`: what would fill the model's window."""

import asyncio
from argparse import Namespace

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json
from heartbit_tui.client import filled
from heartbit_tui.client.visible import harmless
from heartbit_tui.runtime.build import outlook_of
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.store import Store


def main(values: Namespace) -> int:
    """Tell it; the exit code."""
    return attempt(lambda: asyncio.run(_tell(values)))


async def _tell(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    async with Store.open(around.sessions_file, clock) as store:
        session_id = await store.index.resolve(values.id)
        log = (await store.load(session_id)).envelopes
    found = await outlook_of(log, around.options, clock)
    if values.json:
        say_json({"session_id": session_id, **filled.document(found)})
    else:
        say("\n".join(harmless(row) for row in filled.table(found)))
    return 0
