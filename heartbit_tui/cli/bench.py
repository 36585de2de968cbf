"""`heartbit bench`: what this machine measures of heartbit, and of other agents on it."""

import asyncio
import os
import platform
import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

from heartbit_tui import __version__
from heartbit_tui.cli.bar import Bar
from heartbit_tui.cli.told import attempt, columns, say, say_json
from heartbit_tui.evals.bench.figures import HEADINGS, Figure
from heartbit_tui.evals.bench.measure import Plan, Service, measured, throw_away
from heartbit_tui.evals.bench.programs import PEERS, heartbit, installed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer

NO_PEERS = "No other agent is installed here; looked for: {names}."
NOTHING = "Nothing could be measured. {why}"


def main(values: Namespace) -> int:
    """Measure, and tell the figures; the exit code."""
    return attempt(lambda: asyncio.run(_main(values)))


async def _main(values: Namespace) -> int:
    peers = () if values.no_peers else installed()
    figures: list[Figure] = []
    notes: list[str] = []
    if not peers and not values.no_peers:
        notes.append(NO_PEERS.format(names=", ".join(peer.name for peer in PEERS)))
    with throw_away() as home, Bar(sys.stderr) as bar:
        plan = Plan(programs=(heartbit(), *peers), rounds=values.rounds, turns=values.turns, home=Path(home))
        async with aclosing(measured(plan, _serve, bar.show)) as found:
            async for each in found:
                if isinstance(each, str):
                    notes.append(each)
                else:
                    figures.append(each)
    if not figures:
        raise HeartbitError(NOTHING.format(why=" ".join(notes)))
    if values.json:
        say_json({**_machine(), "figures": [each.document for each in figures], "notes": notes})
    else:
        say("\n".join((columns((HEADINGS, *(each.cells for each in figures))), "", *notes, _told())))
    return 0


def _serve(replies: Iterable[Reply]) -> AbstractAsyncContextManager[Service]:
    return ModelServer(replies, strict=False)


def _machine() -> dict[str, object]:
    return {
        "heartbit": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def _told() -> str:
    return ", ".join(f"{name}: {value}" for name, value in _machine().items())
