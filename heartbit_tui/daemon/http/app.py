"""The application that answers over HTTP."""

import logging
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from heartbit_tui.auth.refusing import Refused
from heartbit_tui.daemon.http.card import Card
from heartbit_tui.daemon.http.dashboard import Dashboard
from heartbit_tui.daemon.http.doors import Doors
from heartbit_tui.daemon.http.drafts import Drafts
from heartbit_tui.daemon.http.limits import Limits
from heartbit_tui.daemon.http.openapi import Described
from heartbit_tui.daemon.http.sessions import Sessions
from heartbit_tui.daemon.http.sockets import Sockets
from heartbit_tui.daemon.http.standing import Standing
from heartbit_tui.daemon.http.tasks import Tasks
from heartbit_tui.daemon.http.timed import Timed
from heartbit_tui.daemon.http.waking import Waking
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import HeartbitError, StoreError

LOG = logging.getLogger("heartbit.daemon.http")


def application(daemon: Daemon) -> Starlette:
    """The daemon as an ASGI application; whoever serves it closes neither."""
    opened = frozenset({"/metrics"} if daemon.door.open_metrics else ())
    parts = (
        Standing(daemon),
        Tasks(daemon),
        Waking(daemon),
        Drafts(daemon),
        Sessions(daemon),
        Sockets(daemon),
        Card(daemon),
        Described(),
        Dashboard(),
    )
    routes = [route for part in parts for route in part.routes]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Timed, figures=daemon.figures),
            Middleware(Doors, door=daemon.door, opened=opened),
            Middleware(Limits),
        ],
        exception_handlers={
            Refused: _refused,
            HTTPException: _http,
            StoreError: _unavailable,
            HeartbitError: _failed,
            Exception: _broken,
        },
    )


async def _refused(request: Request, error: Exception) -> Response:
    refused = cast("Refused", error)
    return JSONResponse({"error": refused.text}, refused.status, dict(refused.headers))


async def _http(request: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    return JSONResponse({"error": found.detail}, found.status_code, dict(found.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 503, {"retry-after": "5"})


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _broken(request: Request, error: Exception) -> Response:
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return JSONResponse({"error": f"heartbit itself failed: {type(error).__name__}. Please report this."}, 500)
