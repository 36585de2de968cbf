"""What stands between a guest and a daemon and loses what it is told to lose."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self
from urllib.parse import urlsplit


class Relay:
    """Hands on what comes, both ways. `swallow` loses the next answers to requests of a method: they were done, unheard."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self._swallows: dict[bytes, int] = {}
        self._server: asyncio.Server | None = None
        self._open = set[asyncio.StreamWriter]()
        self._work = set[asyncio.Task[None]]()
        self._port = 0
        self.swallowed = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncGenerator[Self]:
        """A relay to a daemon, until this is left."""
        relay = cls(url)
        await relay.begin()
        try:
            yield relay
        finally:
            await relay.cut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def swallow(self, method: str, count: int = 1) -> None:
        self._swallows[method.encode()] = count

    async def begin(self) -> None:
        """Listen, where it listened before."""
        self._server = await asyncio.start_server(self._relayed, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection, and take no new ones."""
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def _relayed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._there.hostname, self._there.port)
        self._open |= {writer, back}
        method = [b""]
        for each in (self._asked(reader, back, method), self._answered(there, writer, method)):
            task = asyncio.create_task(each)
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _asked(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, method: list[bytes]) -> None:
        try:
            while data := await reader.read(65_536):
                word = data.partition(b" ")[0]
                method[0] = word if word in (b"GET", b"POST", b"DELETE") else method[0]
                back.write(data)
        except OSError:
            pass
        finally:
            self._open.discard(back)
            back.transport.abort()

    async def _answered(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, method: list[bytes]) -> None:
        try:
            while data := await there.read(65_536):
                if self._swallows.get(method[0], 0):
                    self._swallows[method[0]] -= 1
                    self.swallowed += 1
                    return
                writer.write(data)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()
