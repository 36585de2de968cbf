"""The one HTTP client of the process: proxies and certificates of the environment, TLS only when it is needed."""

import ipaddress
import ssl
from urllib.request import getproxies, proxy_bypass

import httpx

AGENT = "heartbit"
KEEP_ALIVE = 120.0
"""Seconds that an idle connection is kept for the next turn."""


def open_client(*, trust_env: bool = True) -> httpx.AsyncClient:
    """The client that all providers share; close it with `aclose` or `async with`.

    It follows no redirects, keeps no cookies of consequence and has no time limits of its own: `exchange` sets them.
    """
    return httpx.AsyncClient(
        transport=Routes(trust_env=trust_env),
        follow_redirects=False,
        timeout=None,
        trust_env=False,
        headers={"user-agent": AGENT},
    )


class Routes(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that the environment names for its address.

    A transport is opened when its first request comes. One for plain `http` loads no certificates, which takes about
    30 ms; loopback addresses never go through a proxy.
    """

    def __init__(self, *, trust_env: bool = True) -> None:
        self._trust_env = trust_env
        self._open: dict[tuple[bool, str], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._route(request.url).handle_async_request(request)

    async def aclose(self) -> None:
        transports, self._open = tuple(self._open.values()), {}
        for transport in transports:
            await transport.aclose()

    def _route(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = proxy_of(url) if self._trust_env else ""
        tls = url.scheme != "http" or proxy.startswith("https:")
        key = (tls, proxy)
        if key not in self._open:
            self._open[key] = self._transport(tls=tls, proxy=proxy)
        return self._open[key]

    def _transport(self, *, tls: bool, proxy: str) -> httpx.AsyncHTTPTransport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=KEEP_ALIVE)
        verify = True if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.AsyncHTTPTransport(verify=verify, trust_env=self._trust_env, proxy=proxy or None, limits=limits)


def proxy_of(url: httpx.URL) -> str:
    """The proxy that the environment names for this address, empty where it is to be reached directly."""
    if is_loopback(url.host) or proxy_bypass(url.host):
        return ""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all", "")
    return found if not found or "://" in found else f"http://{found}"


def is_loopback(host: str) -> bool:
    """Whether this host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
