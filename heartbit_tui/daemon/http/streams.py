"""Events over HTTP, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sse_starlette import EventSourceResponse
from starlette.requests import Request

from heartbit_tui.auth.users import UserContext
from heartbit_tui.daemon.http.bodies import number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.waiting import first_of

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


def events(chunks: AsyncGenerator[bytes], daemon: Daemon, request: Request) -> EventSourceResponse:
    """An answer that goes on as long as there are chunks; each holds whole events.

    It ends where the daemon leaves, and where the token ends with which it was asked for.
    """
    found = _until(chunks, daemon, who_of(request.scope))
    return EventSourceResponse(found, ping=PING, send_timeout=PATIENCE, headers={"cache-control": "no-store"})


async def over(daemon: Daemon, who: UserContext) -> None:
    """Return once somebody is spoken with no more: the daemon leaves, or what they proved themselves with has ended."""
    if who.expires is None:
        await daemon.leaving.wait()
    else:
        left = (who.expires - daemon.clock.now()).total_seconds()
        await first_of(daemon.leaving.wait(), daemon.clock.sleep(max(left, 0.0)))


async def _until(chunks: AsyncGenerator[bytes], daemon: Daemon, who: UserContext) -> AsyncGenerator[bytes]:
    left = asyncio.create_task(over(daemon, who))
    reading: asyncio.Task[bytes | None] | None = None
    async with aclosing(chunks):
        try:
            while True:
                reading = asyncio.create_task(_next(chunks))
                await asyncio.wait({reading, left}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done() or (chunk := reading.result()) is None:
                    return
                yield chunk
        finally:
            for each in (left, *((reading,) if reading else ())):
                each.cancel()
            await asyncio.gather(left, *((reading,) if reading else ()), return_exceptions=True)


async def _next(chunks: AsyncGenerator[bytes]) -> bytes | None:
    return await anext(chunks, None)
