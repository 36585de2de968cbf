"""How long the head of a request may take: whoever sends it byte by byte keeps no connection."""

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

TOO_SLOW = b'{"error":"the head of the request did not arrive in time"}'
ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: " + str(len(TOO_SLOW)).encode() + b"\r\n\r\n" + TOO_SLOW
)


class PunctualHeads(H11Protocol):
    """uvicorn's HTTP/1.1, which by itself waits for ever for the first request and for the rest of a begun one.

    A connection has `HEAD_SECONDS` for a whole head: from its beginning, and from the first byte of a further request on.
    Then it is answered with 408 and closed; one that said nothing at all is closed without a word.
    """

    HEAD_SECONDS: ClassVar[float] = 10.0

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._late = self.loop.call_later(self.HEAD_SECONDS, self._refuse)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if not begun:
            self._in_time()
        elif self._late is None:
            self._late = self.loop.call_later(self.HEAD_SECONDS, self._refuse)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self) -> None:
        self._late = None
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0]:
            self.transport.write(ANSWER)
        self.transport.close()
