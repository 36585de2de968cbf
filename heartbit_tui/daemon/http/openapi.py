"""What can be asked of the daemon, as an OpenAPI document: made of the bodies that are checked and of one table of routes."""

from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui import __version__
from heartbit_tui.daemon.http.bodies import Answered, Body, Decided, Drafted, NewTask, SentOp
from heartbit_tui.daemon.http.operations import EVENTS, OPERATIONS, SCHEMAS, Operation
from heartbit_tui.kernel.messages import JsonObject

PATH: Final = "/openapi.json"
BODIES: Final[tuple[type[Body], ...]] = (NewTask, Decided, Answered, SentOp, Drafted)
JSON: Final = "application/json"


class Described:
    """The route of the document."""

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [Route(PATH, self._document, methods=["GET"])]

    async def _document(self, request: Request) -> Response:
        return JSONResponse(document())


@cache
def document() -> JsonObject:
    """The OpenAPI 3.1 document of all routes but the WebSocket, which OpenAPI cannot describe."""
    paths: dict[str, dict[str, JsonObject]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _described(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "heartbit", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **{kind.__name__: _schema(kind) for kind in BODIES}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _described(each: Operation) -> JsonObject:
    found: dict[str, Any] = {
        "operationId": f"{each.method.lower()} {each.path}",
        "summary": each.summary,
        "parameters": list(_parameters(each)),
        "responses": {str(status): _answer(each, status) for status in each.statuses},
    }
    if each.body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _named(each.body.__name__)}}}
    if each.open:
        found["security"] = []
    return found


def _parameters(each: Operation) -> Iterator[JsonObject]:
    parts = (part for part in each.path.split("/") if part.startswith("{"))
    for part in parts:
        yield {"name": part.strip("{}"), "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name, schema in each.query.items():
        yield {"name": name, "in": "query", "schema": dict(schema)}
    if each.kind == EVENTS:
        # Any text: what is no seq of ours is passed over, as a browser sends back whatever it was last sent.
        yield {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}


def _answer(each: Operation, status: int) -> JsonObject:
    told = HTTPStatus(status).phrase
    if status == HTTPStatus.NO_CONTENT:
        return {"description": told}
    failed = status >= HTTPStatus.BAD_REQUEST and not (each.open and each.answer)
    kind = JSON if failed else each.kind
    schema = _named("Error") if failed else _named(each.answer) if each.answer else {"type": "string"}
    return {"description": told, "content": {kind: {"schema": schema}}}


def _named(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(kind: type[Body]) -> JsonObject:
    return kind.model_json_schema(ref_template="#/components/schemas/{model}")
