"""HTTP to addresses that were checked right before, for a client of httpx."""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import cast

import httpcore
import httpx

from heartbit_tui.tools.addresses import Refused, place
from heartbit_tui.tools.fetching import Failed, Guard, Resolve, system_addresses
from heartbit_tui.tools.proxy import proxied
from heartbit_tui.tools.webpages import trusted

FAULTS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError, OSError)
Origin = tuple[str, str, int]


class Guarded(httpx.AsyncBaseTransport):
    """Connects as webfetch does: each address that a name has is looked at, and the one that was looked at is connected to.

    `private` lets addresses of this machine and its network pass.
    """

    def __init__(self, environment: Mapping[str, str], *, private: bool, resolve: Resolve = system_addresses) -> None:
        self._environment = environment
        self._private = private
        self._resolve = resolve
        self._connect = proxied(environment, cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend()))
        self._trusted: ssl.SSLContext | None = None
        self._pools: dict[Origin, httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            pool = await self._pool(request.url)
            response = await pool.handle_async_request(_plain(request))
        except (Refused, Failed) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        except FAULTS as error:
            raise _as_httpx(error, request) from error
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Read(response, request),
        )

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _pool(self, url: httpx.URL) -> httpcore.AsyncConnectionPool:
        there = place(str(url))
        key = (there.scheme, there.host, there.port)
        if there.scheme == "https" and self._trusted is None:
            self._trusted = await asyncio.to_thread(trusted, self._environment)
        if key not in self._pools:
            guard = Guard(self._connect(there), self._resolve, allow_private=self._private)
            self._pools[key] = httpcore.AsyncConnectionPool(ssl_context=self._trusted, network_backend=guard)
        return self._pools[key]


class _Read(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in cast("AsyncIterable[bytes]", self._response.stream):
                yield chunk
        except FAULTS as error:
            raise _as_httpx(error, self._request) from error

    async def aclose(self) -> None:
        await self._response.aclose()


def _plain(request: httpx.Request) -> httpcore.Request:
    url = httpcore.URL(
        scheme=request.url.raw_scheme,
        host=request.url.raw_host,
        port=request.url.port,
        target=request.url.raw_path,
    )
    stream = cast("AsyncIterable[bytes]", request.stream)
    return httpcore.Request(
        method=request.method, url=url, headers=request.headers.raw, content=stream, extensions=request.extensions
    )


def _as_httpx(error: Exception, request: httpx.Request) -> httpx.RequestError:
    late = isinstance(error, httpcore.TimeoutException)
    kind = httpx.ReadTimeout if late else httpx.ReadError
    return kind(str(error) or type(error).__name__, request=request)
