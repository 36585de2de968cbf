"""Nothing of a server is left: not after many sessions, not after a kill, not of those that do not want to end."""

import asyncio
from pathlib import Path

import pytest

from tests.mcp.fleets import CONTRARY, SECONDS, World, called, contrary, own, until
from tests.mcp.processes import processes_of
from tests.samples import samples

TIMES = samples(100, 20)
BESIDE = 10


@pytest.mark.slow
@pytest.mark.security("X2", n=TIMES)
async def test_a_hundred_starts_and_stops_leave_no_process(tmp_path: Path) -> None:
    program = own(CONTRARY, tmp_path)
    ways = ("plain", "silent", "garbage", "stubborn", "dies")

    async def once(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        way = ways[number % len(ways)]
        servers = {way: contrary(way, program=program, start_timeout=SECONDS)}
        async with World(folder).fleet(servers, launch=False) as fleet:
            fleet.launch()
            if way == "silent":
                await until(fleet, lambda: fleet.statuses()[0].phase == "connecting")
                return
            await fleet.first(SECONDS)
            assert (await called(fleet, "one")).is_error == (way == "dies")

    for start in range(0, TIMES, BESIDE):
        await asyncio.gather(*(once(number) for number in range(start, start + BESIDE)))
    assert processes_of(program) == []
