"""Events over HTTP, as server-sent events."""

from collections.abc import AsyncIterable

from sse_starlette import EventSourceResponse
from starlette.requests import Request

from heartbit_tui.daemon.http.bodies import number_of

PING = 15
"""Seconds of silence after which a comment tells that the connection lives."""

PATIENCE = 30.0
"""Seconds that a reader may take for what it was sent; one that reads nothing is dropped, and may come back."""


def last_seen(request: Request) -> int:
    """After which seq to go on: what the header `Last-Event-ID` says, else `after` in the query, else the beginning."""
    told = request.headers.get("last-event-id", "")
    known = told.isascii() and told.isdecimal() and len(told) < 10
    after = number_of(request, "after", 0, 0, 999_999_999)
    return int(told) if known else after


def events(chunks: AsyncIterable[bytes]) -> EventSourceResponse:
    """An answer that goes on as long as there are chunks; each holds whole events."""
    return EventSourceResponse(chunks, ping=PING, send_timeout=PATIENCE, headers={"cache-control": "no-store"})
