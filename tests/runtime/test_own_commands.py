"""A command that a person runs is ended also where it had not begun yet."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.command_line import CommandLine
from tests.daemon.ground import Ground

LONG = CommandLine(id="own-1", command="sleep 600")


@pytest.mark.parametrize("by", ["person", "end"])
async def test_a_command_that_is_stopped_before_it_began_never_begins(
    tmp_path: Path, by: Literal["person", "end"]
) -> None:
    ground = Ground(tmp_path)
    ground.prepare([], "[sandbox]\nenabled = false\n")
    async with asyncio.timeout(30):
        async with local(ground.options()) as client:
            assert client.commands is not None
            running = asyncio.ensure_future(client.commands.run(LONG))
            await asyncio.sleep(0)  # it is taken, and what runs it is not made ready yet
            if by == "person":
                client.commands.stop()
                await asyncio.wait([running])
        with pytest.raises(HeartbitError):
            await running
