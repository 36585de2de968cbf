"""What a request may weigh and how long it may take to arrive."""

import asyncio
import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES: Final = 1_048_576
PROMPT_BYTES: Final = 16_777_216
"""Bytes of the body of a prompt with pictures: three of the largest that a draft takes."""

BODY_SECONDS: Final = 30.0
HEADERS: Final = 100

TOO_LARGE = "the body may have {most} bytes"
TOO_SLOW = "the body did not arrive within {seconds:g} s"
TOO_MANY = f"a request may have {HEADERS} headers"


PROMPT: Final = re.compile(r"/sessions/[^/]+/commands/prompt")

TWICE = "a request says its length once, by Content-Length or by Transfer-Encoding"


class Limits:
    """Refuses what is too large with 413, what comes too slowly with 408, and too many headers with 431.

    A request that tells its length in two ways is refused with 400 and the last of its connection: what it leaves behind
    could be read as a request that somebody else sent (RFC 9112, 6.3).
    """

    def __init__(self, app: ASGIApp, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _refused(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        most, taken, ends = _most(scope), 0, asyncio.get_running_loop().time() + self._seconds

        async def limited() -> Message:
            nonlocal taken
            if taken < 0:  # the body has come: what is received now is that the other side has gone
                return await receive()
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, TOO_SLOW.format(seconds=self._seconds), {"connection": "close"}) from None
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, TOO_LARGE.format(most=most), {"connection": "close"})
            if message["type"] != "http.request" or not message.get("more_body"):
                taken = -1
            return message

        await self._app(scope, limited, send)


def _refused(scope: Scope) -> JSONResponse | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(headers) > HEADERS:
        return JSONResponse({"error": TOO_MANY}, 431)
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}:
        return JSONResponse({"error": TWICE}, 400, {"connection": "close"})
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    if length.isdigit() and int(length) > _most(scope):
        return JSONResponse({"error": TOO_LARGE.format(most=_most(scope))}, 413, {"connection": "close"})
    return None


def _most(scope: Scope) -> int:
    """How many bytes a body may have that goes there; it is read once whoever sends it was let in."""
    return PROMPT_BYTES if PROMPT.fullmatch(scope["path"]) else BODY_BYTES
