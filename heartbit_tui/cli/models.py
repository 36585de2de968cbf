"""`heartbit models`: the models whose prices are known."""

from argparse import Namespace
from dataclasses import asdict

from heartbit_tui.cli.told import columns, say, say_json
from heartbit_tui.providers.pricing import PRICES
from heartbit_tui.providers.table import PROVIDERS

HEAD = ("model", "$/M in", "out", "cache read", "write")


def main(values: Namespace) -> int:
    """Print the table; the exit code."""
    if values.json:
        say_json({name: asdict(price) for name, price in PRICES.items()})
        return 0
    rows = (
        (name, *(f"{number:g}" for number in (price.input, price.output, price.cache_read, price.cache_write)))
        for name, price in sorted(PRICES.items())
    )
    say(columns((HEAD, *rows)))
    usual = ", ".join(f"{name}: {entry.model}" for name, entry in PROVIDERS.items() if entry.model and not entry.local)
    say(f"\nWithout --model: {usual}. Any other model works too; its price is then unknown.")
    return 0
