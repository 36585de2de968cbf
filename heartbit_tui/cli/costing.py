"""`heartbit cost`: what models cost by day."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say, say_json
from heartbit_tui.kernel.caps import local_day
from heartbit_tui.kernel.ledger import Daily
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.store import Store

USUAL = 14
"""Days that are told of where no number is given."""


def main(values: Namespace) -> int:
    """Tell it; the exit code."""
    return attempt(lambda: asyncio.run(_tell(values)))


async def _tell(values: Namespace) -> int:
    clock = SystemClock()
    today = local_day(clock.now())
    async with Store.open(Surroundings(values).sessions_file, clock) as store:
        found = await store.spending.days(today - timedelta(days=(values.days or USUAL) - 1), today)
    if values.json:
        say_json([{**asdict(each), "day": each.day.isoformat()} for each in found])
    elif found:
        say(columns(_rows(found)))
    else:
        sys.stderr.write("No model was called in these days.\n")
    return 0


def _rows(found: list[Daily]) -> Iterator[tuple[str, ...]]:
    for each in found:
        unpriced = f" + {each.unpriced} of unknown price" if each.unpriced else ""
        calls = f"{each.calls} call{'' if each.calls == 1 else 's'}"
        read, written = f"{each.usage.prompt:,} in", f"{each.usage.output_tokens:,} out"
        yield (each.day.isoformat(), each.model, calls, read, written, f"${each.cost_usd:.4f}{unpriced}")
