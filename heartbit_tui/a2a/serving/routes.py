"""The endpoints of both bindings, made with the SDK; what it does not check is checked here."""

import asyncio
import json
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias, cast

from a2a.server.context import ServerCallContext
from a2a.server.routes import ServerCallContextBuilder, create_jsonrpc_routes, create_rest_routes
from a2a.types.a2a_pb2 import TaskState
from a2a.utils.error_handlers import rest_error_handler
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from heartbit_tui.a2a.serving.handler import CALL, Call, Handler
from heartbit_tui.a2a.serving.types import Backing

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

RPC: Final = "/rpc"
"""The path of JSON-RPC, below that of the other binding."""

TYPES: Final = ("application/json", "application/a2a+json")
PATIENCE: Final = 30.0
"""Seconds that a reader of a stream may take for what it was sent."""

WRONG_TYPE: Final = f"Content-Type has to be {' or '.join(TYPES)}"
NO_JSON: Final = "The body is no JSON: {why}"
NO_STATE: Final = "status has to be one of {states}"
NOT_READ: Final = "the request is none that A2A knows"
UNPARSED: Final = -32700
"""The code of JSON-RPC for what is no JSON."""
_STATES: Final = tuple(TaskState.keys())


class Endpoints:
    """What is answered below a path, by method and path."""

    def __init__(self, prefix: str) -> None:
        # The SDK tells of each wrong request, in words of whoever sent it: these belong into no log.
        logging.getLogger("a2a").setLevel(logging.CRITICAL)
        handler, callers = Handler(), _Callers()
        self._rpc = prefix + RPC
        made = [
            *create_jsonrpc_routes(handler, self._rpc, callers, enable_v0_3_compat=True),
            *create_rest_routes(handler, callers, enable_v0_3_compat=True, path_prefix=prefix),
        ]
        # The last is a mount of the same for callers who name a tenant. Whose a task is, their token says.
        self._made: Mapping[tuple[str, str], Endpoint] = {
            (method, route.path): cast("Endpoint", route.endpoint)
            for route in made
            if isinstance(route, Route)
            for method in sorted(route.methods or ())
            if method != "HEAD"
        }

    @property
    def paths(self) -> frozenset[tuple[str, str]]:
        """Each method and path."""
        return frozenset(self._made)

    async def answer(self, path: str, request: Request, backing: Backing) -> Response:
        """What the endpoint with this path answers. Raises `HTTPException`, and what its backing raises."""
        call = request.state.call = Call(backing)
        rpc = path == self._rpc
        wrong = await _fault(request)
        if wrong and rpc:
            error = {"code": UNPARSED, "message": NO_JSON.format(why=wrong)}
            return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error})
        if wrong:
            raise HTTPException(400, NO_JSON.format(why=wrong))
        _check_state(request)
        endpoint = self._made["GET" if request.method == "HEAD" else request.method, path]
        response = await _unless_gone(partial(_answered, endpoint), request)
        if call.failed is not None:
            raise call.failed
        if response.status_code == 500 and not call.understood:
            raise HTTPException(400, NOT_READ)  # the SDK choked on what it was sent
        return response


class _Callers(ServerCallContextBuilder):
    """Hands on who calls."""

    def build(self, request: Request) -> ServerCallContext:
        return ServerCallContext(state={"headers": dict(request.headers), CALL: request.state.call})


async def _fault(request: Request) -> str:
    """What is wrong with a body as JSON; empty where there is none, or nothing is. Raises `HTTPException`: 415."""
    body = await request.body()
    if not body and request.method != "POST":
        return ""
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() not in TYPES:
        raise HTTPException(415, WRONG_TYPE)
    if not body:
        return "" if request.path_params else "it is empty"
    try:
        found = json.loads(body, parse_constant=_no_number)
        if b"\\u" in body:
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _check_state(request: Request) -> None:
    """Let no filter pass that would filter nothing. Raises `HTTPException`: 400."""
    for wanted in request.query_params.getlist("status"):
        if wanted not in _STATES:
            raise HTTPException(400, NO_STATE.format(states=", ".join(_STATES)))


@rest_error_handler
async def _answered(endpoint: Endpoint, request: Request) -> Response:
    """An answer; of one that goes on, its beginning, so that what is refused is refused before it has begun."""
    response = await endpoint(request)
    if not isinstance(response, EventSourceResponse):
        return response
    response.send_timeout = PATIENCE
    chunks = aiter(cast("AsyncIterable[Any]", response.body_iterator))  # pyright: ignore[reportUnknownMemberType]
    try:
        first = await anext(chunks)
    except StopAsyncIteration:
        return response
    response.body_iterator = _from(first, chunks)
    return response


async def _from(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
    yield first
    async for each in rest:
        yield each


async def _unless_gone(answering: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    """An answer, as long as there is somebody to get it: an answer may take as long as a task."""
    answer = asyncio.ensure_future(answering(request))
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else Response(status_code=408)
    finally:
        answer.cancel()
        gone.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    """Return once nobody waits for the answer any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
