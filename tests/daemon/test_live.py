"""A host of sessions ends with all of them closed, whoever wants what meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from heartbit_tui.client.local import local
from heartbit_tui.client.types import Client
from heartbit_tui.daemon.live import Host
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Options
from tests.daemon.ground import Ground


async def test_a_session_that_is_wanted_while_the_host_closes_is_closed_with_the_others(tmp_path: Path) -> None:
    ground, late = Ground(tmp_path), list[asyncio.Task[str]]()
    ground.prepare([])

    def options(name: str) -> Options:
        return ground.options(which=New(id=name))

    async def used(name: str) -> str:
        async with host.use(name, options(name)) as live:
            await live.over
            return live.id

    @asynccontextmanager
    async def connect(given: Options) -> AsyncGenerator[Client]:
        async with local(given) as client:
            yield client
            if not late:
                late.append(asyncio.create_task(used("late")))
                await asyncio.sleep(0)

    host = Host(connect, SystemClock(), lambda envelope: None)
    async with asyncio.timeout(40):
        async with host, host.use("first", options("first")):
            pass
        assert (await late[0], host.open) == ("late", ())
