"""Requests to an agent over HTTP: to the addresses that its definition allows alone, signed there and nowhere else."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable

import httpx

from heartbit_tui.a2a.cards import MOST_CARD
from heartbit_tui.a2a.definitions import origin
from heartbit_tui.a2a.plain import visible
from heartbit_tui.a2a.types import AgentError, Authority, Peer

PATHS = ("/.well-known/agent-card.json", "/.well-known/agent.json")
"""Where cards are, by the protocol's versions, the newest first."""

OK, UNAUTHORIZED, MISSING = 200, 401, (404, 405, 410)
MOST_ANSWER = 16 * 1024 * 1024
"""Bytes of one answer, all events of a stream together."""

CONNECT_SECONDS = 15.0
STRAYED = "it was to be spoken to at {there}, which its definition does not allow"
LONG = "it sent more than {most} MB in one answer"
NO_CARD = "it gives no agent card ({status})"
NOT_REACHED = "it cannot be reached: {why}"


class Signed(httpx.Auth):
    """Lets requests go to the allowed addresses only, each with the header of its own moment."""

    def __init__(self, peer: Peer, authority: Authority | None) -> None:
        self._peer = peer
        self._authority = authority

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        there = str(request.url)
        if origin(there) not in self._peer.origins:
            raise AgentError(STRAYED.format(there=visible(there)[:200]))
        header = await self._authority.header() if self._authority is not None else None
        if header is not None:
            request.headers["authorization"] = header
        response = yield request
        if response.status_code != UNAUTHORIZED or header is None or self._authority is None:
            return
        if self._authority.rejected(header) and (other := await self._authority.header()) is not None:
            request.headers["authorization"] = other
            yield request


class Bounded(httpx.AsyncBaseTransport):
    """A transport whose answers end with an error where they would be too long."""

    def __init__(self, inner: httpx.AsyncBaseTransport, most: int = MOST_ANSWER) -> None:
        self._inner = inner
        self._most = most

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Counted(response.stream, self._most)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def client_for(
    peer: Peer, authority: Authority | None, transport: Callable[[Peer], httpx.AsyncBaseTransport]
) -> httpx.AsyncClient:
    """What speaks to one agent; redirects are not followed, and compressed answers are not asked for."""
    return httpx.AsyncClient(
        transport=Bounded(transport(peer)),
        auth=Signed(peer, authority),
        timeout=httpx.Timeout(peer.seconds, connect=CONNECT_SECONDS),
        trust_env=False,
        headers={"user-agent": "heartbit", "accept-encoding": "identity"},
    )


async def card(client: httpx.AsyncClient, peer: Peer) -> str:
    """The card of an agent as it gives it. Raises `AgentError`."""
    places = (peer.url,) if peer.url.endswith(".json") else tuple(peer.url + path for path in PATHS)
    status = 0
    for place in places:
        status, text = await _got(client, place)
        if status == OK:
            return text
        if status not in MISSING:
            break
    raise AgentError(NO_CARD.format(status=status))


async def _got(client: httpx.AsyncClient, url: str) -> tuple[int, str]:
    body = b""
    try:
        async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_CARD:
                    raise AgentError(LONG.format(most=MOST_CARD // 1_000_000))
            return response.status_code, body.decode("utf-8", "replace")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise AgentError(NOT_REACHED.format(why=str(error) or type(error).__name__)) from error


class _Counted(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > self._most:
                raise httpx.ReadError(LONG.format(most=self._most // (1024 * 1024)))
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
