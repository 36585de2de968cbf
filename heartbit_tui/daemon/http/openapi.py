"""What can be asked of the daemon, as an OpenAPI document: made of the bodies that are checked and of one table of routes."""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui import __version__
from heartbit_tui.client.guests.commands import COMMANDS
from heartbit_tui.client.guests.views import VIEWS
from heartbit_tui.daemon.http.agent_operations import AGENT_OPERATIONS, AGENT_SCHEMAS
from heartbit_tui.daemon.http.bodies import Answered, Decided, Drafted, Held, Named, NewTask, Paused, SentOp
from heartbit_tui.daemon.http.guests import adapter
from heartbit_tui.daemon.http.operations import EVENTS, OPERATIONS, SCHEMAS, Operation
from heartbit_tui.kernel.messages import JsonObject

PATH: Final = "/openapi.json"
BODIES: Final[tuple[type[BaseModel], ...]] = (
    *(NewTask, Decided, Answered, Drafted, Named, Paused, Held, SentOp),
    *dict.fromkeys(each.takes for each in COMMANDS),
)
JSON: Final = "application/json"


class Described:
    """The route of the document; `spoken` says whether A2A is spoken here."""

    def __init__(self, *, spoken: bool) -> None:
        self._spoken = spoken

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [Route(PATH, self._document, methods=["GET"])]

    async def _document(self, request: Request) -> Response:
        return JSONResponse(document(spoken=self._spoken))


@cache
def document(*, spoken: bool) -> JsonObject:
    """The OpenAPI 3.1 document of all routes but the WebSocket, which OpenAPI cannot describe."""
    operations = (*OPERATIONS, *(AGENT_OPERATIONS if spoken else ()))
    schemas = {**SCHEMAS, **(AGENT_SCHEMAS if spoken else {})}
    paths: dict[str, dict[str, JsonObject]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _described(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "heartbit", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": {**schemas, **{kind.__name__: _schema(kind) for kind in BODIES}, **_told()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _told() -> dict[str, JsonObject]:
    """What guests are answered, and all that it is made of."""
    mode: JsonSchemaMode = "serialization"
    asked = [(f"{each.name}.{of}", each) for of, table in (("view", VIEWS), ("command", COMMANDS)) for each in table]
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [(name, mode, adapter(each)) for name, each in asked]
    found, parts = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/of.{model}")
    return {
        **{f"of.{name}": schema for name, schema in parts.get("$defs", {}).items()},
        **{name: schema for (name, _), schema in found.items()},
    }


def _described(each: Operation) -> JsonObject:
    found: dict[str, Any] = {
        "operationId": f"{each.method.lower()} {each.path}",
        "summary": each.summary,
        "parameters": list(_parameters(each)),
        "responses": {str(status): _answer(each, status) for status in each.statuses},
    }
    if taken := each.body.__name__ if each.body else each.takes:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _named(taken)}}}
    if each.open:
        found["security"] = []
    return found


def _parameters(each: Operation) -> Iterator[JsonObject]:
    for part in re.findall(r"{(\w+)}", each.path):
        yield {"name": part, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name, schema in each.query.items():
        yield {"name": name, "in": "query", "schema": dict(schema)}
    for name, schema in each.headers.items():
        yield {"name": name, "in": "header", "required": True, "schema": dict(schema)}
    if each.kind == EVENTS and each.failure == "Error":
        # Any text: what is no seq of ours is passed over, as a browser sends back whatever it was last sent.
        yield {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}


def _answer(each: Operation, status: int) -> JsonObject:
    told = HTTPStatus(status).phrase
    if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return {"description": told}
    failed = status >= HTTPStatus.BAD_REQUEST and not (each.open and each.answer)
    kind = JSON if failed else each.kind
    schema = _named(each.failure) if failed else _named(each.answer) if each.answer else {"type": "string"}
    return {"description": told, "content": {kind: {"schema": schema}}}


def _named(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(kind: type[BaseModel]) -> JsonObject:
    return kind.model_json_schema(ref_template="#/components/schemas/{model}")
