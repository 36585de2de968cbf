"""What a request may weigh and how long it may take to arrive."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES: Final = 1_048_576
BODY_SECONDS: Final = 30.0
HEADERS: Final = 100

TOO_LARGE = f"the body may have {BODY_BYTES} bytes"
TOO_SLOW = f"the body did not arrive within {BODY_SECONDS:g} s"
TOO_MANY = f"a request may have {HEADERS} headers"


class Limits:
    """Refuses what is too large with 413, what comes too slowly with 408, and too many headers with 431."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _refused(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        taken, ends = 0, asyncio.get_running_loop().time() + BODY_SECONDS

        async def limited() -> Message:
            nonlocal taken
            if taken < 0:  # the body has come: what is received now is that the other side has gone
                return await receive()
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, TOO_SLOW, {"connection": "close"}) from None
            taken += len(message.get("body", b""))
            if taken > BODY_BYTES:
                raise HTTPException(413, TOO_LARGE, {"connection": "close"})
            if message["type"] != "http.request" or not message.get("more_body"):
                taken = -1
            return message

        await self._app(scope, limited, send)


def _refused(scope: Scope) -> JSONResponse | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(headers) > HEADERS:
        return JSONResponse({"error": TOO_MANY}, 431)
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if length.isdigit() and int(length) > BODY_BYTES:
        return JSONResponse({"error": TOO_LARGE}, 413, {"connection": "close"})
    return None
