"""`heartbit stats`: what was done in figures, of one stored session or of those of some days."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say, say_json
from heartbit_tui.client.titles import span
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.store import Store
from heartbit_tui.telemetry.metrics import BOUNDS, HELP, Counter, Histogram, Metrics
from heartbit_tui.wire.write import timestamp

USUAL = 14
"""Days of sessions that are told of where none is named."""


MOST = 10_000
"""Sessions that are looked at, the newest of them."""


def main(values: Namespace) -> int:
    """Tell it; the exit code."""
    return attempt(lambda: asyncio.run(_tell(values)))


async def _tell(values: Namespace) -> int:
    metrics, around = Metrics(), Surroundings(values)
    if around.sessions_file.is_file():
        async with Store.open(around.sessions_file, SystemClock()) as store:
            async for name in _named(store, around, values):
                with suppress(StoreError):  # one that cannot be read is what `sessions repair` is for
                    for envelope in (await store.load(name)).envelopes:
                        metrics.take(envelope)
    if values.json:
        say_json(_json(metrics))
    elif metrics.counters():
        say("\n".join(_page(metrics)))
    else:
        sys.stderr.write("Nothing was done in these sessions.\n")
    return 0


async def _named(store: Store, around: Surroundings, values: Namespace) -> AsyncIterator[str]:
    if values.id:
        yield await store.index.resolve(values.id)
        return
    since = timestamp(SystemClock().now() - timedelta(days=values.days or USUAL))
    for info in await store.index.search(limit=MOST, cwd=None if values.all else str(around.cwd)):
        if info.summary.updated >= since:
            yield info.id


def _json(metrics: Metrics) -> dict[str, object]:
    return {
        "bounds": BOUNDS,
        "counters": [{**asdict(each), "labels": dict(each.labels)} for each in metrics.counters()],
        "histograms": [{**asdict(each), "labels": dict(each.labels)} for each in metrics.histograms()],
    }


def _page(metrics: Metrics) -> Iterator[str]:
    last = ""
    for each in metrics.counters():
        if each.name != last:
            yield HELP[each.name]
            last = each.name
            yield columns(_counted(one) for one in metrics.counters() if one.name == last)
            yield ""
    yield "How long it took: how often, half of them at most, 19 of 20 at most, the longest."
    yield columns(_timed(each) for each in metrics.histograms())


def _counted(each: Counter) -> tuple[str, ...]:
    value = f"${each.value:.4f}" if each.name.endswith("usd_total") else f"{each.value:,.0f}"
    return (" ".join(value for _, value in each.labels), value)


def _timed(each: Histogram) -> tuple[str, ...]:
    what = each.name.removeprefix("heartbit_").removesuffix("_seconds").replace("_", " ")
    half, most = (span(round(each.quantile(share) * 1000)) for share in (0.5, 0.95))
    label = " ".join(value for _, value in each.labels)
    return (what, label, f"{each.count:,}", half, most, span(round(each.most * 1000)))
