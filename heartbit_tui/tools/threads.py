"""File work off the event loop, without leaving it half done."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def finish(work: Callable[[], T]) -> T:
    """Run short work in a thread; a cancellation waits for its end, so that nothing happens after it."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


async def stoppable(work: Callable[[threading.Event], T]) -> T:
    """Run long work in a thread; a cancellation sets the event that it looks at."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(work, stop)
    finally:
        stop.set()
