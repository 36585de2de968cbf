"""Lines from a file descriptor, read without a thread where the system can say when there are some."""

import asyncio
import os
from contextlib import suppress


class Lines:
    """The lines of a descriptor as they are wanted; nothing is read ahead of the first wish."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self._ended = False

    async def next(self) -> str | None:
        """The next line without its end, or None after the last."""
        while b"\n" not in self._rest and not self._ended:
            data = await self._read()
            self._ended = not data
            self._rest += data
        if not self._rest:
            return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    async def _read(self) -> bytes:
        await self._readable()
        try:
            return os.read(self._descriptor, 65536)
        except OSError:
            return b""

    async def _readable(self) -> None:
        """Return once reading would not block; at once for a plain file, which never does."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        try:
            loop.add_reader(self._descriptor, wake)
        except OSError:
            return
        try:
            await ready
        finally:
            with suppress(OSError):
                loop.remove_reader(self._descriptor)
