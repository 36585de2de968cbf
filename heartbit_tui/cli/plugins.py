"""`heartbit plugins`: what installed packages offer, what of it is used here, and what does not work."""

import asyncio
import sys
from argparse import Namespace
from dataclasses import asdict

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say, say_json, within
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.offers import Offer, offers
from heartbit_tui.runtime.settings import read

NONE = "No installed package offers anything to heartbit. docs/library.md tells how one does."


def main(values: Namespace) -> int:
    """List them; the exit code is 1 where something that is used does not work."""
    return attempt(lambda: _list(values))


def _list(values: Namespace) -> int:
    around, clock = Surroundings(values), SystemClock()
    settings = asyncio.run(read(around.options, clock))
    found = offers(around.options, settings, clock)
    if values.json:
        say_json([asdict(each) for each in found])
    elif not found:
        sys.stderr.write(f"{NONE}\n")
    else:
        say(within((_mark(each), each.kind, each.name, _about(each)) for each in found))
    return int(any(each.fault for each in found))


def _mark(each: Offer) -> str:
    return "BAD" if each.fault else "ok" if each.used else "-"


def _about(each: Offer) -> str:
    return each.fault or f"{'used' if each.used else 'not used'}; {each.package} ({each.target})"
