"""Where connections come in: one too many is told so, and a head that does not come holds none."""

import asyncio
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

NO_REQUEST: Final = '{"error": "This is no request of HTTP that can be understood."}'

PARTING_SECONDS: Final = 2.0
"""How long one that was refused has for reading that."""


def _answer(status: bytes, error: bytes, *more: bytes) -> bytes:
    body = b'{"error": "%b"}' % error
    fields = (b"content-type: application/json", b"content-length: %d" % len(body), b"connection: close", *more)
    return b"\r\n".join((b"HTTP/1.1 " + status, *fields, b"", body))


FULL: Final = _answer(
    b"503 Service Unavailable",
    b"heartbit has as many connections as it can hold. Close some, or try again.",
    b"retry-after: 5",
)
LATE: Final = _answer(b"408 Request Timeout", b"The head of the request did not arrive in time.")


class Entry(H11Protocol):
    """One connection. uvicorn by itself waits for ever for a first request, and for the rest of one that has begun.

    Here a connection has `HEAD_SECONDS` for a whole head: from its beginning, and from the first byte of a further request
    on. Then it is told so and closed; one that said nothing at all is closed without a word. Beyond `limit_concurrency`
    connections whoever comes gets 503 before anything of theirs is read: so none of those that are open is hurt, and what
    the rest of the process has to open can be opened.
    """

    HEAD_SECONDS: ClassVar[float] = 10.0

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
            self._patience = self.loop.call_later(self.HEAD_SECONDS, self._late)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is not h11.IDLE or not self.conn.trailing_data[0]:
            self._rest()
        elif self._patience is None:
            self._patience = self.loop.call_later(self.HEAD_SECONDS, self._late)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, in the form in which everything is refused here; uvicorn itself sends plain text."""
        body = NO_REQUEST.encode()
        fields = (("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close"))
        events = (h11.Response(status_code=400, headers=[*fields], reason=b"Bad Request"), h11.Data(data=body))
        for event in (*events, h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _refuse(self) -> None:
        """Say so, and take no more part: what is still on its way would else make the system drop the answer."""
        self._refused = True
        self.connections.discard(self)
        self.transport.write(FULL)
        self.transport.write_eof()
        self._patience = self.loop.call_later(PARTING_SECONDS, self.transport.close)

    def _late(self) -> None:
        self._patience = None
        if self.conn.trailing_data[0]:
            self.transport.write(LATE)
        self.transport.close()

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
