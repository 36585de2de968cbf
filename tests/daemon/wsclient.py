"""A client of a WebSocket, such as a browser is."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

EMPTY: Mapping[str, str] = MappingProxyType({})


class Refused(Exception):
    """The server wants no WebSocket; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class Socket:
    """An open WebSocket: `ask` sends a request, `pushes` holds what came beside the answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._frames: list[dict[str, Any]] = []
        self._text = ""
        self._count = 0
        self.subprotocol: str | None = None
        self.closed: int | None = None
        self.pushes: list[dict[str, Any]] = []

    async def begin(self, host: str, subprotocols: list[str], headers: list[tuple[bytes, bytes]]) -> None:
        wanted = Request(host=host, target="/ws", subprotocols=subprotocols, extra_headers=headers)
        await self._send(self._protocol.send(wanted))
        while True:
            for event in await self._receive():
                match event:
                    case AcceptConnection(subprotocol=subprotocol):
                        self.subprotocol = subprotocol
                        return
                    case RejectConnection(status_code=status):
                        raise Refused(status)
                    case _:
                        pass

    async def ask(self, method: str, **params: Any) -> Any:
        """The payload of the answer; what is refused comes back as its `error`."""
        self._count += 1
        name = f"r{self._count}"
        await self.say(json.dumps({"type": "req", "id": name, "method": method, "params": params}))
        answer = await self.answer(name)
        assert answer["ok"] is ("error" not in answer["payload"])
        return answer["payload"]

    async def say(self, text: str) -> None:
        await self._send(self._protocol.send(TextMessage(data=text)))

    async def say_bytes(self, data: bytes) -> None:
        await self._send(self._protocol.send(BytesMessage(data=data)))

    async def answer(self, name: str) -> dict[str, Any]:
        """The response to the request with this id."""
        while True:
            frame = await self.frame()
            if frame["type"] == "res" and frame["id"] == name:
                return frame
            self.pushes.append(frame)

    async def pushed(self, *events: str) -> dict[str, Any]:
        """The first push of one of these kinds that was not looked at yet; those before it are in `pushes`."""
        for frame in self.pushes:
            if frame["event"] in events and not frame.get("looked at"):
                frame["looked at"] = True
                return frame["payload"]
        while True:
            frame = await self.frame()
            self.pushes.append(frame)
            if frame["type"] == "event" and frame["event"] in events:
                frame["looked at"] = True
                return frame["payload"]

    async def frame(self) -> dict[str, Any]:
        """The next frame that comes."""
        while not self._frames:
            for event in await self._receive():
                match event:
                    case TextMessage(data=data, message_finished=finished):
                        self._text += data
                        if finished:
                            self._frames.append(json.loads(self._text))
                            self._text = ""
                    case Ping():
                        await self._send(self._protocol.send(event.response()))
                    case CloseConnection(code=code):
                        self.closed = int(code)
                        raise EOFError(f"closed with {code}")
                    case _:
                        pass
        return self._frames.pop(0)

    async def _receive(self) -> list[Any]:
        data = await self._reader.read(65_536)
        self._protocol.receive_data(data or None)
        return [event for event in self._protocol.events() if not isinstance(event, RejectData)]

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


@asynccontextmanager
async def socket(
    url: str, token: str = "", *, subprotocols: tuple[str, ...] = (), headers: Mapping[str, str] = EMPTY
) -> AsyncGenerator[Socket]:
    """A WebSocket to the daemon at this address. Raises `Refused`."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    given = {**({"authorization": f"Bearer {token}"} if token else {}), **headers}
    found = Socket(reader, writer)
    try:
        pairs = [(name.encode(), value.encode()) for name, value in given.items()]
        await found.begin(place.netloc, list(subprotocols), pairs)
        yield found
    finally:
        writer.close()
