"""What is wrong with a screen that shows hostile texts, and how long the event loop was held."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from heartbit_tui.tui.garbage import SELDOM
from tests.tui.hostile.wire import strangers
from tests.tui.rules.stage import Stage

TICK = 0.004
STALL = 0.100
"""Seconds that a text may hold the event loop, of the loop's own processor time."""


def faults(stage: Stage, about: str) -> list[str]:
    """What our renderer never says among what was written since the last time, and links and actions on the screen."""
    told = "".join(stage.said)
    stage.said.clear()
    found = [f"{about}: {name} x{count}" for name, count in strangers(told).items()]
    rows = stage.app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] - there is no public way to the rows
    width = stage.app.size.width
    for strip in rows:
        found += [f"{about}: {strip.cell_length} cells of {width}"] if strip.cell_length != width else []
        for part in strip:
            style = part.style
            if style is not None and (style.link or any(key.startswith("@") for key in style.meta)):
                found.append(f"{about}: {part.text!r} does {style.link} {style.meta}")
    return found


class Holds:
    """How long the loop was held, each time, in seconds of processor time."""

    def __init__(self) -> None:
        self.all: list[float] = []

    @property
    def worst(self) -> float:
        """What one in a hundred is longer than."""
        return sorted(self.all)[int(len(self.all) * 0.99)] if self.all else 0.0


@asynccontextmanager
async def watched() -> AsyncGenerator[Holds]:
    """Look at the loop as often as it lets anybody look; garbage is looked for as seldom as heartbit does."""
    holds, usual, frozen = Holds(), gc.get_threshold(), gc.get_freeze_count()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await _tick()
            holds.all.append(time.thread_time() - before)

    watcher = asyncio.create_task(watch())
    try:
        yield holds
    finally:
        watcher.cancel()
        gc.set_threshold(*usual)
        if not frozen:  # else all that the session has frozen would be gone through again and again
            gc.unfreeze()


async def _tick() -> None:
    """Come back from the loop after a tick."""
    come = asyncio.Event()
    asyncio.get_running_loop().call_later(TICK, come.set)
    await come.wait()
