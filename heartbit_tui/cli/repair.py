"""`heartbit sessions repair`: says what is damaged, saves what can be saved, and tells where the damaged file is kept."""

import asyncio
from argparse import Namespace
from dataclasses import asdict

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json
from heartbit_tui.client.repairing import told
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store.salvage.repair import Repaired, repair
from heartbit_tui.store.store import Store


def main(values: Namespace) -> int:
    """Repair the file; the exit code is 1 where a look alone found damage."""
    return attempt(lambda: _repaired(values))


def _repaired(values: Namespace) -> int:
    around = Surroundings(values)
    done = repair(around.sessions_file, SystemClock(), parts(), dry_run=values.dry_run)
    if done.found.state == "index" and not values.dry_run:
        asyncio.run(_indexed(around))
    if values.json:
        say_json(_facts(done))
    else:
        say("\n".join(told(done)))
    return int(values.dry_run and done.found.state in ("damaged", "index"))


async def _indexed(around: Surroundings) -> None:
    async with Store.open(around.sessions_file, SystemClock()) as store:
        await store.passages.catch_up(mask_for(around.options), patience=float("inf"))


def _facts(done: Repaired) -> dict[str, object]:
    saved = asdict(done.saved) if done.saved else None
    kept = str(done.kept) if done.kept else None
    return {**asdict(done.found), "saved": saved, "kept": kept}
