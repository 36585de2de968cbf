"""The one HTTP client of the process: proxies and certificates of the environment, TLS only when it is needed."""

import asyncio
import ipaddress
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from urllib.request import getproxies

import httpx

AGENT = "heartbit"
KEEP_ALIVE = 120.0
"""Seconds that an idle connection is kept for the next turn."""

NEXT = "anyio._backends._asyncio"
"""What httpcore loads when the first connection is opened."""


def load() -> None:
    """Load what connections are made of, where nobody waits for it. Takes 60 ms: call it in a thread."""
    for name in ("httpcore", NEXT):
        with suppress(ImportError):
            import_module(name)


def open_client(proxies: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """The client that all providers share; close it with `aclose` or `async with`.

    `proxies` maps `http`, `https` and `all` to a proxy's address and `no` to the hosts that need none; by default it
    is what the environment says. The client follows no redirects, keeps no cookies of consequence and has no time limits of its own: `exchange` sets them.
    """
    return httpx.AsyncClient(
        transport=Routes(getproxies() if proxies is None else proxies),
        follow_redirects=False,
        timeout=None,
        trust_env=False,
        headers={"user-agent": AGENT},
    )


class Routes(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that is named for its address.

    A transport is opened when its first request comes. Its certificates take 30 ms, which plain `http` does without; they
    are read in a thread, but where what it is made of is not loaded yet (`load`): who asks that early waits for nothing
    else. Loopback addresses never go through a proxy.
    """

    def __init__(self, proxies: Mapping[str, str]) -> None:
        self._proxies = proxies
        self._open: dict[tuple[bool, str], httpx.AsyncHTTPTransport] = {}
        self._opening = asyncio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await (await self._route(request.url)).handle_async_request(request)

    async def aclose(self) -> None:
        transports, self._open = tuple(self._open.values()), {}
        for transport in transports:
            await transport.aclose()

    async def _route(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = proxy_of(url, self._proxies)
        tls = url.scheme != "http" or proxy.startswith("https:")
        key = (tls, proxy)
        async with self._opening:
            if key not in self._open:
                opened = asyncio.to_thread(self._transport, tls=tls, proxy=proxy) if NEXT in sys.modules else None
                self._open[key] = await opened if opened else self._transport(tls=tls, proxy=proxy)
        return self._open[key]

    def _transport(self, *, tls: bool, proxy: str) -> httpx.AsyncHTTPTransport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=KEEP_ALIVE)
        verify = True if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.AsyncHTTPTransport(verify=verify, proxy=proxy or None, limits=limits)


def proxy_of(url: httpx.URL, proxies: Mapping[str, str]) -> str:
    """The proxy for this address, empty where it is to be reached directly."""
    if is_loopback(url.host) or is_excepted(url, proxies.get("no", "")):
        return ""
    found = proxies.get(url.scheme) or proxies.get("all", "")
    return found if not found or "://" in found else f"http://{found}"


def is_excepted(url: httpx.URL, names: str) -> bool:
    """Whether the host is one of these names, separated by commas, or below one; `*` stands for all."""
    host, place = f".{url.host}", f"{url.host}:{url.port}"
    listed = [name.strip().lower() for name in names.split(",") if name.strip()]
    return any(name in ("*", place) or host.endswith("." + name.lstrip("*.")) for name in listed)


def is_loopback(host: str) -> bool:
    """Whether this host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
