"""The same service over streamable HTTP, for those who have its token."""

import hmac
import socket
from collections.abc import Callable
from typing import cast

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.mcp.serving import server
from heartbit_tui.mcp.serving_types import Service

PATH = "/mcp"
REFUSED = "This server wants the header Authorization: Bearer TOKEN, with the token it was started with.\n"
GRACE = 3
"""Seconds that connections get to end when it is stopped."""


class Bearer:
    """Lets requests through that bring the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and not self._lets_in(scope):
            refused = PlainTextResponse(REFUSED, status_code=401, headers={"WWW-Authenticate": "Bearer"})
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(cast("bytes", given[0]), self._wanted)


async def over_http(
    service: Service, version: str, address: tuple[str, int], token: str, tell: Callable[[str], None]
) -> None:
    """Serve whoever has the token until the process is stopped; `tell` hears the URL. Raises `ConfigError`."""
    host, port = address
    with _bound(host, port) as way:
        shown = f"[{host}]" if ":" in host else host
        async with server(service, version) as made:
            app = Bearer(made.streamable_http_app(streamable_http_path=PATH, host=host), token)
            config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE)
            tell(f"http://{shown}:{way.getsockname()[1]}{PATH}")
            await uvicorn.Server(config).serve(sockets=[way])


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(f"{host}:{port} cannot be listened at: {error.strerror or error}.", key="--http") from error
