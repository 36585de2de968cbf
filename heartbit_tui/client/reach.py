"""Which model services answer, asked without any key."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import httpx

from heartbit_tui.auth import Credentials
from heartbit_tui.providers import discover
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.table import PROVIDERS, address

LIMIT = 3.0
"""Seconds for all services together."""


class Reach(NamedTuple):
    """What came of asking one service."""

    ok: bool
    name: str
    what: str


def look(credentials: Credentials, environment: Mapping[str, str]) -> Iterable[Reach]:
    """Ask the services that there is a key for, and the model servers on this machine; in a thread without a loop."""
    return asyncio.run(_look(credentials, environment))


def local() -> tuple[discover.Found, ...]:
    """The model servers on this machine; in a thread without a loop."""
    return asyncio.run(_local())


async def _local() -> tuple[discover.Found, ...]:
    async with open_client() as client:
        return await discover.find(client)


async def _look(credentials: Credentials, environment: Mapping[str, str]) -> list[Reach]:
    asked = {
        name: address(name, environment)
        for name, entry in PROVIDERS.items()
        if entry.key_variable and name != "openai-responses" and credentials.find(name)
    }
    async with open_client() as client:
        answers = await asyncio.gather(*(_ask(client, name, url) for name, url in asked.items()))
        found = await discover.find(client)
    return [*answers, *(Reach(True, each.provider, f"answers, {len(each.models)} models") for each in found)]


async def _ask(client: httpx.AsyncClient, name: str, url: str) -> Reach:
    host = httpx.URL(url).host
    try:
        async with asyncio.timeout(LIMIT):
            answer = await client.get(url)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Reach(False, name, f"{host} does not answer ({type(error).__name__})")
    return Reach(True, name, f"{host} answers ({answer.status_code})")
