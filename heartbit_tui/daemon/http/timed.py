"""How long each answer took, by its route."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heartbit_tui.daemon.metrics import Figures

UNKNOWN = "unknown"
"""What stands for a path that no route has: what callers make up is no label."""


class Timed:
    """Counts requests and the time up to the end of their answers."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            path = getattr(scope.get("route"), "path", UNKNOWN)
            self._figures.answered(_method(scope), path, status, time.perf_counter() - began)


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else UNKNOWN
