"""heartbit as the client that the conformance suite drives; run as a process: `conforming.py URL`.

All that the server offers is called, and its forms are filled with what it says would be taken anyway.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import httpx2

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.events import Question
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp.callback import callback
from heartbit_tui.mcp.link import connecting
from heartbit_tui.mcp.oauth import NEEDED
from heartbit_tui.mcp.tokens import Logins
from heartbit_tui.mcp.types import Address, Around, Origin, Server
from heartbit_tui.runtime.server_children import Children
from tests.mcp.fleets import Call, World

NAME = "suite"
WALL = NEEDED.format(name=NAME)
TRIES = 2
"""How often the person logs in: once, and once more where a server wants more than it was asked for then."""

FITTING: Mapping[str, Any] = {"number": 2, "integer": 3, "string": "x", "boolean": True, "array": [], "object": {}}
DEFAULT = re.compile(r"Without an answer: (.*)\.$")


class Person(Call):
    """Takes what a form proposes: the first field in words, the rest by leaving it."""

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        proposed = DEFAULT.search(questions[0].question)
        return ((proposed[1] if proposed else "yes",), *(() for _ in questions[1:]))


def arguments(schema: JsonObject) -> dict[str, Any]:
    """Something that fits for each of them."""
    return {name: FITTING[field.get("type", "string")] for name, field in schema.get("properties", {}).items()}


async def log_in(server: Server, logins: Logins) -> None:
    """As `heartbit mcp login` does it, with a browser that goes wherever it is sent."""

    async def show(address: str) -> None:
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            (await browser.get(address)).raise_for_status()

    logins.begin(cast("Address", server.way).url)
    async with callback(show) as login:
        around = Around(roots=(), ask=nobody, changed=lambda: None, logins=logins, login=login)
        async with connecting(Children({}), "0")(server, around) as link:
            await link.offer()


async def nobody(questions: object) -> None:
    return None


async def work(world: World, url: str) -> str:
    """Use all that the server offers; what is wanted where it lets nobody in, or empty."""
    async with world.fleet({NAME: {"url": url}}) as fleet:
        (status,) = fleet.statuses()
        if status.told == WALL:
            return status.told
        assert status.phase != "failed", status.told  # what was offered before is offered while it connects
        for tool in fleet.tools():
            output = await tool.run(arguments(tool.spec.input_schema), Person())
            if output.is_error and WALL in output.content:
                return WALL
            assert not output.is_error, output.content
    return ""


async def main(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), environment=dict(os.environ))
        world.logins = Logins(LockedFile(Path(folder, "logins.json")))
        server = Server(name=NAME, way=Address(url=url), origin=Origin(where="here"), digest="d", start_seconds=20)
        for _ in range(TRIES):
            if not await work(world, url):
                return
            await log_in(server, world.logins)
        assert not await work(world, url)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
