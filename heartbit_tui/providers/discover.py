"""Finds the model servers on this machine, for people who have no key."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import httpx

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.providers import classify
from heartbit_tui.providers.table import PROVIDERS

LIMIT = 0.2
"""Seconds for all of it."""

MOST = 1 << 20
"""Bytes of a list of models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model server that answers: the provider's name, its base URL, and its models."""

    provider: str
    base_url: str
    models: tuple[str, ...]


ADDRESSES: MappingProxyType[str, str] = MappingProxyType(
    {name: PROVIDERS[name].base_url for name in ("ollama", "llamacpp")}
)


async def find(
    client: httpx.AsyncClient, *, addresses: Mapping[str, str] = ADDRESSES, limit: float = LIMIT
) -> tuple[Found, ...]:
    """The servers that answer within `limit` seconds, in the order of `addresses`, each with at least one model.

    A server counts only when it says what it is: whatever else listens on these ports is left alone.
    """
    found: dict[str, Found] = {}

    async def look(provider: str, base_url: str) -> None:
        if models := await _models(client, provider, base_url):
            found[provider] = Found(provider=provider, base_url=base_url, models=models)

    tasks = [asyncio.create_task(look(provider, base_url)) for provider, base_url in addresses.items()]
    try:
        await asyncio.wait(tasks, timeout=limit)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return tuple(found[provider] for provider in addresses if provider in found)


async def _models(client: httpx.AsyncClient, provider: str, base_url: str) -> tuple[str, ...]:
    try:
        async with client.stream("GET", f"{base_url}/models") as response:
            if response.status_code != 200 or int(response.headers.get("content-length", "0")) > MOST:
                return ()
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST:
                    return ()
            return _named(provider, httpx.Response(200, content=body).json())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
        return ()


def _named(provider: str, answer: object) -> tuple[str, ...]:
    """The models in a server's list, if the list is of the kind that this provider gives."""
    listed = classify.as_object(answer).get("data")
    models = [classify.as_object(model) for model in cast("list[Any]", listed if isinstance(listed, list) else [])]
    if provider == "llamacpp" and not any(model.get("owned_by") == "llamacpp" for model in models):
        return ()
    return tuple(str(model["id"]) for model in models if model.get("id"))
