"""Who gets in: under which name, from which page, with which token."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heartbit_tui.auth.hosts import check_host, check_origin, preflight, shared_with
from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.users import UserContext
from heartbit_tui.daemon.http.dashboard import FILES
from heartbit_tui.runtime.admitting import Entrance

CARDS: Final = ("/.well-known/agent.json", "/.well-known/agent-card.json")
OPEN: Final = frozenset({"/healthz", "/health", "/readyz", *CARDS, *FILES})
"""What needs no token."""

SUBPROTOCOL: Final = "heartbit"
BESIDE: Final = "token."
"""What the token begins with among the subprotocols of a WebSocket."""

WHO: Final = "heartbit.who"
"""Where in the scope of a request it stands whom it is from."""

HARDENED: Mapping[str, str] = MappingProxyType(
    {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"}
)


class Shared:
    """Adds to every answer what guards it, and lets the pages of named origins read it.

    It stands around all else, so that a page can also read why nothing was let in, and that heartbit failed.
    """

    def __init__(self, app: ASGIApp, door: Entrance) -> None:
        self._app = app
        self._site = door.site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            origin = Headers(scope=scope).get("origin", "")
            send = _adding({**HARDENED, **(shared_with(self._site, origin) if origin else {})}, send)
        await self._app(scope, receive, send)


class Doors:
    """Lets requests through to the app that come under a name of the daemon's, from a page that may, with a token.

    `opened` are further paths that need no token.
    """

    def __init__(self, app: ASGIApp, door: Entrance, opened: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._door = door
        self._site = door.site
        self._open = OPEN | opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        try:
            check_host(self._site, headers.getlist("host"))
            if scope.get("method") == "OPTIONS" and origin:
                await Response(status_code=204, headers=dict(preflight(self._site, origin)))(scope, receive, send)
                return
            secure = scope["scheme"] in ("https", "wss")
            check_origin(self._site, headers.getlist("origin"), headers["host"], secure=secure)
            if scope["path"] not in self._open:
                scope[WHO] = await self._admitted(scope, headers)
        except Refused as refused:
            await _turn_away(refused, scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope, headers: Headers) -> UserContext:
        """Whom a request is from; a page that opens a WebSocket can send no header but its list of subprotocols."""
        given = headers.getlist("authorization")
        offered: list[str] = scope.get("subprotocols", [])
        token = next((each.removeprefix(BESIDE) for each in offered if each.startswith(BESIDE)), "")
        return await self._door.admit([f"Bearer {token}"] if token and not given else given)


def who_of(scope: Scope) -> UserContext:
    """Whom a request is from that was let in with a token."""
    found: UserContext = scope[WHO]
    return found


def _adding(added: Mapping[str, str], send: Send) -> Send:
    """Sends what an answer has, and of these headers those that it has not."""
    headers = [(name.encode(), value.encode()) for name, value in added.items()]

    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            told = [(name.lower(), value) for name, value in message["headers"]]
            names = {name for name, _ in told if name != b"vary"}  # that one may stand in an answer several times
            more = (each for each in headers if each[0] not in names and each not in told)
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return sending


async def _turn_away(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or one for a WebSocket before there is any, with what is wrong."""
    answer = JSONResponse({"error": refused.text}, refused.status, dict(refused.headers))
    await answer(scope, receive, send)
