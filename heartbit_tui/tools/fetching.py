"""Gets a page over HTTP from an address that was checked, and no more of it than is wanted."""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from ssl import SSLContext, SSLError
from types import MappingProxyType
from urllib.parse import quote, urljoin

import httpcore

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.addresses import Place, Refused, forbidden_name, is_address, is_public, place

MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 5
_TRIED_ADDRESSES = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FAULTS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError, OSError)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a name, for a port; raises `OSError` where it has none."""

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Failed(Exception):
    """The page did not come; the message says why, for the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back in the end: `url` after redirects, `type` as its header says, `body` without compression."""

    url: str
    status: int
    type: str
    body: bytes


async def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses that this system's resolver gives."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to addresses alone that were checked right before; nothing looks the name up a second time."""

    def __init__(self, connector: httpcore.AsyncNetworkBackend, resolve: Resolve, *, allow_private: bool) -> None:
        self._connector = connector
        self._resolve = resolve
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host that answers; raises `Refused` if any of them is not public."""
        problem: Exception = Failed(f"{host} has no address.")
        for address in (await self._addresses(host, port))[:_TRIED_ADDRESSES]:
            try:
                return await self._connector.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        if forbidden_name(host) and not self._allow_private:
            raise Refused(f"{host} is a name of this machine or its own network, which is not fetched.")
        try:
            addresses = (host,) if is_address(host) else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Failed(
                f"The name {host} could not be looked up, so its address cannot be checked: {error}."
            ) from error
        closed = [address for address in addresses if not is_public(address)]
        if closed and not self._allow_private:
            raise Refused(
                f"{host} leads to {closed[0]}, which is no address of the public internet; it is not fetched."
            )
        return addresses


class Fetcher:
    """Follows a URL over at most `MAX_REDIRECTS` redirects, each of which is checked like the first address.

    A redirect from https to http is refused. Each request has a connection of its own, so that none made for one
    host serves another. `connect` gives what connects for a place (directly, or through a proxy), `trust` the
    certificates to trust.
    """

    def __init__(
        self,
        *,
        resolve: Resolve,
        connect: Callable[[Place], httpcore.AsyncNetworkBackend],
        trust: Callable[[], SSLContext],
        allow_private: bool,
    ) -> None:
        self._resolve = resolve
        self._connect = connect
        self._trust = trust
        self._trusted: SSLContext | None = None
        self._allow_private = allow_private

    async def get(self, url: str) -> Page:
        """The page; raises `Refused` or `Failed`. There is no time limit but the caller's."""
        here = place(url)
        for _ in range(MAX_REDIRECTS + 1):
            found = await self._one(here)
            if isinstance(found, Page):
                return found
            here = found
        raise Failed(f"There were more than {MAX_REDIRECTS} redirects; the last one led to {here.url}.")

    async def _one(self, here: Place) -> Page | Place:
        if here.scheme == "https" and self._trusted is None:
            self._trusted = await asyncio.to_thread(self._trust)
        guard = Guard(self._connect(here), self._resolve, allow_private=self._allow_private)
        try:
            async with (
                httpcore.AsyncConnectionPool(ssl_context=self._trusted, network_backend=guard) as pool,
                pool.stream("GET", here.url, headers=list(_HEADERS)) as response,
            ):
                return await _read(here, response)
        except (*_FAULTS, SSLError, EOFError) as error:
            reason = str(error) or type(error).__name__
            raise Failed(f"{here.host} could not be reached or broke off: {reason}.") from error


async def _read(here: Place, response: httpcore.Response) -> Page | Place:
    location = _header(response, b"location")
    if response.status in _REDIRECTS and location:
        return _next(here, location)
    length = _header(response, b"content-length")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise Failed(f"The page has {length} bytes; more than {MAX_BYTES} are not fetched.")
    encodings = _header(response, b"content-encoding").lower().replace(" ", "").split(",")
    body = await _body(response.aiter_stream(), [name for name in encodings if name not in {"", "identity"}])
    return Page(url=here.url, status=response.status, type=_header(response, b"content-type"), body=body)


def _next(here: Place, location: str) -> Place:
    try:
        there = place(urljoin(here.url, quote(location, safe=_LOCATION)))
    except Refused as error:
        raise Refused(f"{here.url} redirects to {location[:200]!r}. {error}") from error
    if here.scheme == "https" and there.scheme == "http":
        raise Refused(f"{here.url} redirects from https to {there.url}, which is not encrypted; it is not followed.")
    return there


async def _body(chunks: AsyncIterable[bytes], encodings: Sequence[str]) -> bytes:
    body = bytearray()
    decoders = [Inflater(name) for name in encodings]
    if len(decoders) > 1:
        raise Failed("The page is compressed more than once.")
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        body += decoders[0].feed(chunk, MAX_BYTES + 1 - len(body)) if decoders else chunk
        if max(received, len(body)) > MAX_BYTES:
            raise Failed(f"The page has more than {MAX_BYTES} bytes; so much is not fetched.")
    return bytes(body)


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("utf-8", "replace") for key, value in response.headers if key.lower() == name), "")


class Inflater:
    """Undoes `gzip` or `deflate` piece by piece, never giving more than is asked for."""

    def __init__(self, encoding: str) -> None:
        if encoding not in _WINDOW:
            raise Failed(f"The page is compressed in a way that was not asked for ({encoding[:40]}).")
        self._window = _WINDOW[encoding]
        self._zlib = zlib.decompressobj(self._window)
        self._began = False

    def feed(self, data: bytes, room: int) -> bytes:
        """At most `room` bytes of what `data` stands for; the rest is dropped."""
        out = bytearray()
        while data and len(out) < room:
            out += self._step(data, room - len(out))
            data = self._zlib.unused_data
            if data and self._window == zlib.MAX_WBITS:
                break
        return bytes(out)

    def _step(self, data: bytes, room: int) -> bytes:
        if self._zlib.eof:
            self._zlib = zlib.decompressobj(self._window)
        try:
            return self._zlib.decompress(data, room)
        except zlib.error as error:
            if self._began or self._window != zlib.MAX_WBITS:
                raise Failed("The page's compression is damaged.") from error
            # Some servers send deflate without its header.
            self._window = -zlib.MAX_WBITS
            self._zlib = zlib.decompressobj(self._window)
            return self._step(data, room)
        finally:
            self._began = True


_WINDOW: Mapping[str, int] = MappingProxyType(
    {"gzip": zlib.MAX_WBITS + 16, "x-gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}
)
_HEADERS = (
    ("User-Agent", "heartbit (+webfetch)"),
    ("Accept", "text/markdown, text/html;q=0.9, text/plain;q=0.8, */*;q=0.5"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Accept-Language", "en, *;q=0.5"),
    ("Connection", "close"),
)
_LOCATION = "%/:=&?~#+!$,;'@()*[]|\\"
