"""Where connections come in: one too many is told so, and who asks for nothing does not hold one for long."""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS: Final = 10.0
"""How long the head of a request may take to arrive."""

PARTING_SECONDS: Final = 2.0
"""How long one that was refused has for reading that."""

FULL: Final = b'{"error": "heartbit has as many connections as it can hold. Close some, or try again."}'
REFUSAL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(FULL), FULL)
)


class Entry(H11Protocol):
    """One connection. Beyond `limit_concurrency` of them, whoever comes gets 503 before anything of theirs is read.

    So none of those that are open is hurt, and what the rest of the process has to open can be opened.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._refused = False
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        most, self.limit_concurrency = self.limit_concurrency, None  # who was let in is served
        if most is not None and len(self.connections) > most:
            self._refuse()
        else:
            self._wait(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._patience is None:
            self._wait(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _refuse(self) -> None:
        """Say so, and take no more part: what is still on its way would else make the system drop the answer."""
        self._refused = True
        self.connections.discard(self)
        self.transport.write(REFUSAL)
        self.transport.write_eof()
        self._wait(PARTING_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._patience = self.loop.call_later(seconds, self.transport.close)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
