"""The application that answers over HTTP."""

import logging
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from heartbit_tui.auth.refusing import Refused
from heartbit_tui.daemon.http.agents import Agents, is_spoken
from heartbit_tui.daemon.http.audited import Audited
from heartbit_tui.daemon.http.card import Card
from heartbit_tui.daemon.http.changed import WhatChanged
from heartbit_tui.daemon.http.dashboard import Dashboard
from heartbit_tui.daemon.http.doors import Doors, Shared
from heartbit_tui.daemon.http.drafts import Drafts
from heartbit_tui.daemon.http.guests import Guests
from heartbit_tui.daemon.http.limits import Limits
from heartbit_tui.daemon.http.openapi import Described
from heartbit_tui.daemon.http.remembered import Remembered
from heartbit_tui.daemon.http.sessions import Sessions
from heartbit_tui.daemon.http.sockets import Sockets
from heartbit_tui.daemon.http.standing import Standing
from heartbit_tui.daemon.http.tasks import Tasks
from heartbit_tui.daemon.http.timed import Timed
from heartbit_tui.daemon.http.waking import Waking
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import HeartbitError, StoreError

GONE = 499
"""What is counted for a caller who went away, as other servers do."""

WRONG_METHOD = 405

LOG = logging.getLogger("heartbit.daemon.http")


def application(daemon: Daemon) -> ASGIApp:
    """The daemon as an ASGI application; whoever serves it closes neither."""
    return Shared(routed(daemon), daemon.door)


def routed(daemon: Daemon) -> Starlette:
    """All that is answered, by its routes."""
    opened = frozenset({"/metrics"} if daemon.door.open_metrics else ())
    spoken = is_spoken(daemon.config)
    parts = (
        Standing(daemon),
        Tasks(daemon),
        Waking(daemon),
        Drafts(daemon),
        Sessions(daemon),
        WhatChanged(daemon),
        Remembered(daemon),
        Audited(daemon),
        Guests(daemon),
        Sockets(daemon),
        Card(daemon, spoken=spoken),
        Agents(daemon),
        Described(spoken=spoken),
        Dashboard(),
    )
    routes = [route for part in parts for route in part.routes]
    answering = Starlette(
        routes=routes,
        middleware=[
            Middleware(Timed, figures=daemon.figures),
            Middleware(Limits),
            Middleware(Doors, door=daemon.door, opened=opened),
        ],
        exception_handlers={
            Refused: _refused,
            HTTPException: _http,
            StoreError: _unavailable,
            HeartbitError: _failed,
            ClientDisconnect: _gone,
            Exception: _broken,
        },
    )
    answering.router.redirect_slashes = False  # a path with a slash too many is none, and no body is sent twice
    return answering


async def _refused(request: Request, error: Exception) -> Response:
    refused = cast("Refused", error)
    return JSONResponse({"error": refused.text}, refused.status, dict(refused.headers))


async def _http(request: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    headers = dict(found.headers or {})
    if found.status_code == WRONG_METHOD:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return JSONResponse({"error": found.detail}, found.status_code, headers)


def _methods(request: Request) -> set[str]:
    """All methods of the path that was found: Starlette itself tells those of one route, and here each method has its own."""
    path = getattr(request.scope.get("route"), "path", "")
    routes = cast("Starlette", request.app).router.routes
    return set[str]().union(*(each.methods or () for each in routes if isinstance(each, Route) and each.path == path))


async def _unavailable(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 503, {"retry-after": "5"})


async def _failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody hears this answer: whoever asked went away before all was said. It is counted as one."""
    return Response(status_code=GONE)


async def _broken(request: Request, error: Exception) -> Response:
    LOG.error("%s %s", request.method, request.url.path, exc_info=error)
    return JSONResponse({"error": f"heartbit itself failed: {type(error).__name__}. Please report this."}, 500)
