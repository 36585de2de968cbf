"""Answers over HTTP that are no longer than a bound, however much a server sends."""

from collections.abc import AsyncGenerator, Callable

import httpx2

MOST = 32 * 1024 * 1024
"""Bytes of one answer; a stream of events may be longer, since each event has a bound of its own."""


class Bounded(httpx2.AsyncBaseTransport):
    """A transport whose answers end with an error where they would be too long; `seen` hears the status of each."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, seen: Callable[[int], None]) -> None:
        self._inner = inner
        self._seen = seen

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        self._seen(response.status_code)
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Counted(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > MOST:
                raise httpx2.ReadError(f"the server sent more than {MOST // (1024 * 1024)} MB in one answer")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
