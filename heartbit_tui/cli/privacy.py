"""`heartbit privacy`: every host that could be contacted and why, what leaves this machine, and what never does."""

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say, say_json
from heartbit_tui.client.privacy import Contact, contacts
from heartbit_tui.client.privacy_sentences import LEAVES, never
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.clock import SystemClock


def main(values: Namespace) -> int:
    """Tell it; nobody is contacted for it. The exit code."""
    return attempt(lambda: _tell(values))


def _tell(values: Namespace) -> int:
    around = Surroundings(values)
    read = asyncio.run(settings.read(around.options, SystemClock()))
    found, stays = contacts(read, around.cwd), never(read.places)
    if values.json:
        say_json({"contacts": [asdict(each) for each in found], "leaves": LEAVES, "never": stays})
    else:
        say("\n".join(_page(found, stays)))
    return 0


def _page(found: tuple[Contact, ...], stays: tuple[str, ...]) -> Iterator[str]:
    yield "Who could be contacted, with the settings as they are here:"
    yield columns((each.host, each.why, each.source) for each in found)
    yield "\nWhat leaves this machine:"
    yield from LEAVES
    yield "\nWhat never does:"
    yield from stays
