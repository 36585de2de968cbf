"""Just enough of HTTP/1.1 for a service in a test."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, suppress
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject


class BadRequest(Exception):
    """What came is not a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> JsonObject:
        """The body as a JSON object; empty where it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


class Listener(ABC):
    """A service on localhost, for as long as it is entered; a subclass sees to each connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address without a path, such as `http://127.0.0.1:4711`."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    @abstractmethod
    async def attend(self, connection: "Connection") -> None:
        """See to a connection until it ends; it is closed then."""

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        connection = Connection(reader, writer)
        with suppress(asyncio.CancelledError):
            try:
                await self.attend(connection)
            finally:
                connection.abort()


class Connection:
    """One connection from a client, with what is sent on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def receive(self) -> Received | None:
        """The next request, None when the client has gone. Raises `BadRequest`."""
        line = await self._line()
        if not line:
            return None
        method, _, rest = line.partition(" ")
        headers: dict[str, str] = {}
        while header := await self._line():
            name, _, value = header.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Received(method=method, path=rest.rpartition(" ")[0], headers=headers, body=await self._body(headers))

    async def _line(self) -> str:
        try:
            return (await self.reader.readline()).decode("latin-1").rstrip("\r\n")
        except ValueError as error:
            raise BadRequest("A line is too long.") from error

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", "0")))
        body = bytearray()
        while size := int((await self._line()).partition(";")[0] or "0", 16):
            body += await self.reader.readexactly(size)
            await self._line()
        await self._line()
        return bytes(body)

    async def json(self, status: int, body: JsonObject) -> bool:
        """Send a JSON answer; whether the connection stays open."""
        return await self.whole(status, json.dumps(body, ensure_ascii=False), {})

    async def whole(self, status: int, body: str, headers: Mapping[str, Any]) -> bool:
        """Send a whole answer; whether the connection stays open."""
        data = body.encode("utf-8", "surrogatepass")
        self.head(status, {"content-type": "application/json", "content-length": len(data), **headers})
        await self.send(data)
        return True

    async def stream(self, events: AsyncIterator[bytes]) -> bool:
        """Send an event stream to its end; whether the connection stays open."""
        self.stream_head()
        async with aclosing(cast("Any", events)):
            async for event in events:
                await self.chunk(event)
        await self.send(b"0\r\n\r\n")
        return True

    def stream_head(self, type: str = "text/event-stream", status: int = 200) -> None:
        """Send the head of an answer whose length is not known."""
        self.head(status, {"content-type": type, "transfer-encoding": "chunked", "cache-control": "no-cache"})

    def head(self, status: int, headers: Mapping[str, Any]) -> None:
        """Send a status line and headers."""
        known = {item.value: item.phrase for item in HTTPStatus}
        lines = [f"HTTP/1.1 {status} {known.get(status, 'Unknown')}", *(f"{k}: {v}" for k, v in headers.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def chunk(self, data: bytes) -> None:
        """Send a piece of a body whose length is not known."""
        if data:
            await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises `ConnectionError` when the client has gone."""
        if self._writer.is_closing():
            raise ConnectionResetError("the client has gone")
        self._writer.write(data)
        await self._writer.drain()

    async def gone(self) -> None:
        """Wait until the client goes away, then raise `ConnectionError`."""
        while await self.reader.read(65536):
            pass
        raise ConnectionResetError("the client has gone")

    def abort(self) -> None:
        """Close at once; what was sent but not yet delivered may be lost."""
        self._writer.close()
