"""Waiting for one of several things."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Return once one of these is done, with the others ended. Raises what the first that is done raises."""
    tasks = [asyncio.create_task(each) for each in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done:
            task.result()


async def end_of(task: asyncio.Task[None]) -> None:
    """Return once a task has ended, however; it goes on where this is given up."""
    await asyncio.wait({task})
