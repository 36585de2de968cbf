"""One request to a model service and the events of its answer, within limits of time and size."""

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import Protocol

import httpx

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import InvalidRequestError, MalformedError, NetworkError, ProviderError, StalledError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.providers import classify
from heartbit_tui.providers.sse import Parser, ServerEvent

MAX_BODY = 64 * 1024 * 1024
"""Bytes of an answer, unpacked; more is no model's answer."""

MAX_ERROR_BODY = 64 * 1024
STREAMS = frozenset({"text/event-stream", "text/plain", "application/octet-stream", ""})
"""Types under which services send event streams; only the first is right."""

GATHER = 0.008
"""Seconds that a fast answer is left to gather between two reads: each read costs about a fifth of a millisecond."""

FAST = 150
"""Events a second from which an answer is fast."""

STEADY = 16
"""Reads in a row that have to be fast, so that nothing waits which comes whole."""

STEP = 256 * 1024
"""Bytes that are unpacked at once."""


class Limits(Protocol):
    """Time limits in seconds; `Timeouts` of the settings are such."""

    @property
    def connect(self) -> float: ...
    @property
    def first_byte(self) -> float: ...
    @property
    def idle(self) -> float: ...
    @property
    def total(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a provider sends its requests; `key` only ever goes there, in the header that `headers` puts it in."""

    name: str
    url: str
    headers: Mapping[str, str]
    key: str = ""
    key_variable: str = ""


class Exchange:
    """Sends requests to one service."""

    def __init__(self, endpoint: Endpoint, *, client: httpx.AsyncClient, limits: Limits, clock: Clock) -> None:
        self._endpoint = endpoint
        self._client = client
        self._limits = limits
        self._clock = clock
        self._answered = False

    async def events(self, content: str) -> AsyncGenerator[ServerEvent]:
        """The events of the answer to a request with this JSON for its body; a JSON answer is one event.

        Raises `ProviderError`. Closing the iterator or cancelling closes the connection at once.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self._limits.total
        response = await self._send(content, end)
        try:
            if response.status_code != 200:
                raise await self._refusal(response, end)
            async with aclosing(self._read(response, end)) as events:
                async for event in events:
                    yield event
        finally:
            await response.aclose()

    async def _send(self, content: str, end: float) -> httpx.Response:
        limits, loop = self._limits, asyncio.get_running_loop()
        try:
            request = self._request(content)
            until = min(loop.time() + limits.connect + limits.first_byte, end)
            async with asyncio.timeout_at(until):
                response = await self._sent(request)
            self._answered = True
            return response
        except TimeoutError as error:
            waited = min(limits.connect + limits.first_byte, limits.total)
            raise StalledError(f"{self._endpoint.name} did not begin to answer within {waited:.0f} s.") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise self._network(error) from error

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        """Send, once more where a connection that was kept open turns out to have been closed meanwhile."""
        try:
            return await self._client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not self._answered:
                raise
            self._answered = False
            return await self._client.send(request, stream=True)

    def _request(self, content: str) -> httpx.Request:
        headers = {"accept": "text/event-stream", "accept-encoding": "identity", "content-type": "application/json"}
        timeout = httpx.Timeout(None, connect=self._limits.connect)
        sent = {**headers, **self._endpoint.headers}
        return self._client.build_request("POST", self._endpoint.url, content=content, headers=sent, timeout=timeout)

    async def _read(self, response: httpx.Response, end: float) -> AsyncGenerator[ServerEvent]:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            yield ServerEvent(await self._whole(response, end))
            return
        if kind not in STREAMS:
            raise classify.not_an_answer(self._endpoint.name, kind)
        async with aclosing(self._stream(response, end)) as events:
            async for event in events:
                yield event

    async def _stream(self, response: httpx.Response, end: float) -> AsyncGenerator[ServerEvent]:
        loop, parser, flow = asyncio.get_running_loop(), Parser(), Flow()
        spoke = loop.time()
        async with aclosing(self._chunks(response, end)) as chunks:
            async for chunk in chunks:
                events = parser.feed(chunk)
                alive = any(event.event != "ping" for event in events)
                if alive:
                    spoke = loop.time()
                elif loop.time() - spoke > 2 * self._limits.idle:
                    raise StalledError(f"{self._endpoint.name} sends signs of life but no answer.")
                for event in events:
                    yield event
                if flow.is_fast(len(events), loop.time()):
                    await asyncio.sleep(GATHER)
        for event in parser.end():
            if _is_whole(event.data):
                yield event

    async def _whole(self, response: httpx.Response, end: float) -> str:
        body = bytearray()
        async with aclosing(self._chunks(response, end)) as chunks:
            async for chunk in chunks:
                body += chunk
        return body.decode("utf-8", "replace")

    async def _chunks(self, response: httpx.Response, end: float, most: int = MAX_BODY) -> AsyncGenerator[bytes]:
        """The body, unpacked; each piece within the idle limit, all of it within the limits of time and size."""
        unpack, size = _unpacker(response, self._endpoint.name), 0
        raw = response.aiter_raw()
        while (packed := await self._next(raw, end)) is not None:
            for chunk in unpack(packed):
                size += len(chunk)
                if size > most:
                    raise MalformedError(f"{self._endpoint.name} sent more than {most} bytes; that is no answer.")
                yield chunk

    async def _next(self, raw: AsyncIterator[bytes], end: float) -> bytes | None:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(now + self._limits.idle, end)):
                return await anext(raw, None)
        except TimeoutError as error:
            if asyncio.get_running_loop().time() >= end:
                text = f"{self._endpoint.name} did not end its answer within {self._limits.total:.0f} s."
                raise StalledError(text) from error
            text = f"{self._endpoint.name} fell silent for more than {self._limits.idle:.0f} s."
            raise StalledError(text) from error
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            raise self._network(error) from error

    async def _refusal(self, response: httpx.Response, end: float) -> ProviderError:
        body = bytearray()
        with suppress(ProviderError):
            async with aclosing(self._chunks(response, end, MAX_ERROR_BODY)) as chunks:
                async for chunk in chunks:
                    body += chunk
        return classify.error_from_status(
            response.status_code,
            self._hidden(body.decode("utf-8", "replace")),
            {name.lower(): value for name, value in response.headers.items()},
            service=self._endpoint.name,
            key_variable=self._endpoint.key_variable,
            now=self._clock.now(),
        )

    def _hidden(self, text: str) -> str:
        return text.replace(self._endpoint.key, "[hidden]") if self._endpoint.key else text

    def _network(self, error: Exception) -> ProviderError:
        name, said = self._endpoint.name, self._hidden(str(error)) or type(error).__name__
        match error:
            case httpx.UnsupportedProtocol() | httpx.InvalidURL() | UnicodeError():
                return InvalidRequestError(
                    f"{name} cannot be reached at this address: {said}. Look at provider.base_url."
                )
            case httpx.RemoteProtocolError() | httpx.DecodingError() if not _broken(said):
                return MalformedError(f"{name} does not speak HTTP as it should: {said}.")
            case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError():
                return NetworkError(f"{name} cannot be reached: {said}. Look at the network, or at provider.base_url.")
            case _:
                return NetworkError(f"The connection to {name} broke: {said}.")


class Flow:
    """Tells from its reads whether an answer keeps coming fast."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._reads = 0

    def is_fast(self, events: int, now: float) -> bool:
        """Whether it is, with so many more events at this time in seconds."""
        self._reads = self._reads + 1 if events > FAST * (now - self._last) else 0
        self._last = now
        return self._reads >= STEADY


class Inflater(Protocol):
    """What `zlib.decompressobj` makes."""

    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


Unpack = Callable[[bytes], Iterable[bytes]]


def _unpacker(response: httpx.Response, service: str) -> Unpack:
    match response.headers.get("content-encoding", "identity").strip().lower():
        case "identity" | "":
            return lambda packed: (packed,)
        case "gzip" | "x-gzip" | "deflate":
            return partial(_unpacked, zlib.decompressobj(wbits=47), service)
        case other:
            raise MalformedError(f"{service} packed its answer with {other!r}, which was not asked for.")


def _unpacked(inflater: Inflater, service: str, packed: bytes) -> Iterator[bytes]:
    """A step at a time, so that a small chunk cannot fill the memory."""
    try:
        while packed:
            yield inflater.decompress(packed, STEP)
            packed = inflater.unconsumed_tail
    except zlib.error as error:
        raise MalformedError(f"{service} sent a body that cannot be unpacked.") from error


def _broken(said: str) -> bool:
    return "disconnected" in said or "closed connection" in said or "incomplete" in said


def _is_whole(data: str) -> bool:
    if data == "[DONE]":
        return True
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
