"""How a scripted service misbehaves, one function a fault."""

import asyncio
import itertools
import zlib
from collections.abc import AsyncIterator, Callable
from typing import assert_never

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.providers import faults
from heartbit_tui.testing.http_wire import Connection

ErrorEvent = Callable[[JsonObject], bytes]

BLOCK = b"x" * 65536


async def sabotage(
    connection: Connection, fault: faults.Fault, events: AsyncIterator[bytes], ping: bytes, error_event: ErrorEvent
) -> None:
    """Answer with this fault; the connection is to be closed afterwards."""
    match fault:
        case faults.Drop(after=after):
            await _some(connection, events, after)
        case faults.End(after=after):
            await _some(connection, events, after)
            await connection.send(b"0\r\n\r\n")
        case faults.Junk(after=after, body=body):
            await _some(connection, events, after)
            await connection.chunk(body.encode())
            await connection.send(b"0\r\n\r\n")
        case faults.ErrorEvent(after=after, error=error):
            await _some(connection, events, after)
            await connection.chunk(error_event(error))
            await connection.send(b"0\r\n\r\n")
        case faults.Cut(bytes=count):
            await _cut(connection, events, count)
        case faults.Stall():
            await _stall(connection, events, fault, ping)
        case faults.Trickle(pace=pace):
            await _trickle(connection, events, pace)
        case _:
            await _hostile(connection, fault)


async def _hostile(
    connection: Connection,
    fault: faults.Status
    | faults.Refuse
    | faults.Html
    | faults.EndlessHeaders
    | faults.EndlessBody
    | faults.GzipBomb
    | faults.Redirect,
) -> None:
    match fault:
        case faults.Refuse() | faults.Status():
            pass
        case faults.Html(body=body):
            await connection.whole(200, body, {"content-type": "text/html"})
        case faults.EndlessHeaders():
            await _endless_headers(connection)
        case faults.EndlessBody(status=status, type=type):
            connection.stream_head(type, status)
            await connection.chunk(b"data: ")
            while True:
                await connection.chunk(BLOCK)
        case faults.GzipBomb(size=size):
            await _gzip_bomb(connection, size)
        case faults.Redirect(to=to, status=status):
            await connection.whole(status, "", {"location": to})
        case _:
            assert_never(fault)


async def _some(connection: Connection, events: AsyncIterator[bytes], count: int) -> None:
    connection.stream_head()
    await connection.send(b"")
    for _ in range(count):
        await connection.chunk(await anext(events, b""))


async def _cut(connection: Connection, events: AsyncIterator[bytes], count: int) -> None:
    body = b"".join([event async for event in events])[:count]
    connection.stream_head()
    await connection.chunk(body)


async def _stall(connection: Connection, events: AsyncIterator[bytes], fault: faults.Stall, ping: bytes) -> None:
    if fault.after >= 0:
        await _some(connection, events, fault.after)
    if not fault.pings:
        await connection.gone()
    going = asyncio.ensure_future(connection.gone())
    try:
        while not going.done():
            await connection.chunk(ping)
            await asyncio.wait([going], timeout=0.01)
        await going
    finally:
        going.cancel()


async def _trickle(connection: Connection, events: AsyncIterator[bytes], pace: float) -> None:
    connection.stream_head()
    async for event in events:
        for byte in event:
            await connection.chunk(bytes([byte]))
            await asyncio.sleep(pace)


async def _endless_headers(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        await connection.send(b"x-%d: %b\r\n" % (number, BLOCK[:1024]))


async def _gzip_bomb(connection: Connection, size: int) -> None:
    """A block is packed once: after a full flush, its bytes can be repeated as they are."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    begun = packer.compress(b"data: ") + packer.flush(zlib.Z_FULL_FLUSH)
    packed = packer.compress(BLOCK * 16) + packer.flush(zlib.Z_FULL_FLUSH)
    headers = {"content-type": "text/event-stream", "content-encoding": "gzip", "transfer-encoding": "chunked"}
    connection.head(200, headers)
    await connection.chunk(begun)
    for _ in range(size // (len(BLOCK) * 16)):
        await connection.chunk(packed)
