"""A web of servers on this machine that stand for public ones: a resolver and a connector that lead there."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import httpcore

from heartbit_tui.tools.fetching import SocketOption
from heartbit_tui.tools.webfetch import WebFetch

PUBLIC = "93.184.215.14"

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""Writes the response to a request with this path."""


@dataclass
class Connector(httpcore.AsyncNetworkBackend):
    """Connects to the local server at `port` whatever address is asked for, and remembers what was asked for."""

    port: int
    connected: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        return await backend.connect_tcp("127.0.0.1", self.port, timeout)


@dataclass
class Names:
    """A resolver with a fixed table, which remembers what it was asked; unknown names are public."""

    table: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    asked: list[str] = field(default_factory=list[str])

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.table.get(host, (PUBLIC,))


@asynccontextmanager
async def serving(answer: Answer) -> AsyncGenerator[int]:
    """A local HTTP server; the value is its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await answer(head.split(b" ", 2)[1].decode(), writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def site(pages: Mapping[str, bytes], names: Names | None = None) -> AsyncGenerator[tuple[WebFetch, Connector]]:
    """A webfetch for which every public host is one server with these whole responses by path."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(pages.get(path, response(b"nothing here", status="404 Not Found")))

    async with serving(answer) as port:
        connector = Connector(port)
        yield WebFetch({}, resolve=names or Names(), connector=connector), connector


def response(body: bytes, *, kind: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    )
    return head.encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return response(b"", status=status, more=f"Location: {location}\r\n")
