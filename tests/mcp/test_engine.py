"""The thread that servers are spoken to in ends, whenever it is closed."""

import asyncio
import threading

import pytest

from heartbit_tui.mcp.engine import CLOSED, Engine
from heartbit_tui.mcp.types import ServerError


async def test_one_that_is_closed_while_it_starts_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    for _ in range(50):
        engine = Engine()
        starting = asyncio.ensure_future(engine.start())
        await asyncio.sleep(0)
        starting.cancel()
        await engine.close()
    assert [thread for thread in threading.enumerate() if thread not in before and thread.name == "mcp"] == []


async def test_one_that_is_closed_does_not_start_again() -> None:
    engine = Engine()
    await engine.close()
    with pytest.raises(ServerError, match=CLOSED):
        await engine.start()
