"""The table of all routes as others are told of them, and the shapes of the answers; a test holds it equal to the routes."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final

from heartbit_tui.daemon.http.bodies import Answered, Body, Decided, Drafted, NewTask, SentOp
from heartbit_tui.daemon.metrics import TYPE
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tasks import STATES

EVENTS: Final = "text/event-stream"
REFUSED: Final = (400, 401, 403, 405, 408, 413, 431)
"""What any route may answer that wants a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route under one method. `answer` names the schema of what it answers; `open` says that it needs no token."""

    method: str
    path: str
    summary: str
    statuses: tuple[int, ...]
    answer: str = ""
    body: type[Body] | None = None
    query: Mapping[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    kind: str = "application/json"
    open: bool = False


def _get(path: str, summary: str, answer: str, *more: int, **traits: Any) -> Operation:
    return Operation(
        method="GET", path=path, summary=summary, statuses=(200, *REFUSED, 503, *more), answer=answer, **traits
    )


def _post(path: str, summary: str, statuses: tuple[int, ...], answer: str, body: type[Body] | None = None) -> Operation:
    checked = (415, 422) if body else ()
    said = (*statuses, *REFUSED, *checked, 503)
    return Operation(method="POST", path=path, summary=summary, statuses=said, answer=answer, body=body)


def _mark(act: str, summary: str) -> Operation:
    return Operation(method="POST", path=f"/inbox/{{id}}/{act}", summary=summary, statuses=(204, *REFUSED, 404, 503))


def _open(path: str, summary: str, answer: str, *statuses: int, kind: str = "application/json") -> Operation:
    said = (200, 400, 403, *statuses)
    return Operation(method="GET", path=path, summary=summary, statuses=said, answer=answer, kind=kind, open=True)


def _number(least: int, most: int, usual: int) -> JsonObject:
    return {"type": "integer", "minimum": least, "maximum": most, "default": usual}


def _object(needed: JsonObject, **more: Any) -> JsonObject:
    return {"type": "object", "properties": {**needed, **more}, "required": [*needed]}


_TEXT: Final = MappingProxyType({"type": "string"})
_WHOLE: Final = MappingProxyType({"type": "integer", "minimum": 0})
_PLACE: Final = _number(0, 999_999_999, 0)
_STATE: Final = MappingProxyType({"type": "string", "enum": list(STATES)})


def _many(name: str, **more: Any) -> JsonObject:
    return _object({name: {"type": "array", "items": {"$ref": f"#/components/schemas/{_ONE[name]}"}}, **more})


_ONE: Final = MappingProxyType(
    {"tasks": "Task", "sessions": "Session", "approvals": "Request", "questions": "Request", "waiting": "Request"}
)

OPERATIONS: Final = (
    _post("/tasks", "Accept a task", (200, 201, 404), "Accepted", NewTask),
    _get(
        "/tasks",
        "The newest tasks",
        "Tasks",
        query={"state": _STATE, "source": _TEXT, "limit": _number(1, 500, 50), "offset": _PLACE},
    ),
    _get("/tasks/{id}", "How a task stands", "Task", 404),
    Operation(
        method="DELETE", path="/tasks/{id}", summary="Stop a task", statuses=(204, *REFUSED, 404, 409, 503), answer=""
    ),
    _post("/tasks/{id}/resume", "Take an interrupted task up again", (202, 404, 409), "Accepted"),
    _get("/tasks/{id}/events", "What happens in a task", "Line", 404, kind=EVENTS, query={"after": _PLACE}),
    _get("/stats", "How many tasks there are, and what they cost", "Stats"),
    _get(
        "/inbox",
        "What came of work that nobody watched",
        "Any",
        query={"done": {"type": "string", "enum": ["", "false", "true", "all"]}, "limit": _number(1, 500, 100)},
    ),
    _mark("done", "Be done with a letter"),
    _mark("waiting", "Let a letter wait again"),
    _mark("read", "Let a letter count as read"),
    _mark("unread", "Let a letter count as new"),
    _get("/drafts/{id}", "The draft of a skill", "Any", 404),
    Operation(
        method="PUT",
        path="/drafts/{id}",
        summary="Put another text in a draft",
        statuses=(200, *REFUSED, 404, 409, 415, 422, 503),
        answer="Any",
        body=Drafted,
    ),
    _post("/drafts/{id}/accept", "Make a skill of a draft", (200, 404, 409), "Any"),
    _post("/drafts/{id}/refuse", "Refuse a draft", (200, 404, 409), "Any"),
    _get("/schedules", "What is done at set times, and when next", "Any"),
    _get("/heartbeats", "What is done again and again, and when next", "Any"),
    _get("/todo", "The list of the pulse", "Any", 404),
    _get("/sessions", "The newest sessions", "Sessions", query={"q": _TEXT, "limit": _number(1, 500, 50)}),
    _get("/sessions/{id}", "A session, and what waits in it", "Session", 404),
    _get(
        "/sessions/{id}/events",
        "What happens in a session",
        "Line",
        404,
        kind=EVENTS,
        query={"after": _PLACE, "follow": {"type": "string", "enum": ["true", "false"]}},
    ),
    _get("/sessions/{id}/log", "All that was kept of a session", "Log", 404),
    _post("/sessions/{id}/ops", "Send an op into a session that is open", (202, 404, 409), "Any", SentOp),
    _get("/approvals", "Calls that wait for a person", "Approvals"),
    _get("/questions", "Questions that wait for a person", "Questions"),
    _post("/approvals/{session}/{id}", "Decide about a call", (200, 404, 409), "Late", Decided),
    _post("/questions/{session}/{id}", "Answer a question", (200, 404, 409), "Late", Answered),
    _get("/metrics", "Figures for Prometheus", "", 404, kind=TYPE),
    _get("/openapi.json", "This document", "Any"),
    _open("/healthz", "Whether it lives", "Health", 503),
    _open("/health", "Whether it lives", "Health", 503),
    _open("/readyz", "Whether it takes tasks", "Ready", 503),
    _open("/.well-known/agent.json", "The card", "Any"),
    _open("/.well-known/agent-card.json", "The card", "Any"),
    _open("/", "The dashboard", "", kind="text/html"),
    _open("/dashboard.css", "Its style", "", kind="text/css"),
    _open("/dashboard.js", "Its script", "", kind="text/javascript"),
    _open("/dashboard.svg", "Its picture", "", kind="image/svg+xml"),
)

SCHEMAS: Final[Mapping[str, JsonObject]] = MappingProxyType(
    {
        "Any": {"type": "object"},
        "Line": _object({"data": dict(_TEXT)}, id=dict(_TEXT), event=dict(_TEXT)),
        "Error": _object({"error": dict(_TEXT)}),
        "Accepted": _object({"id": dict(_TEXT), "state": dict(_STATE)}),
        "Task": _object(
            {
                "id": dict(_TEXT),
                "task": dict(_TEXT),
                "state": dict(_STATE),
                "created_at": {"type": "string", "format": "date-time"},
                "tokens_used": {"type": "object", "additionalProperties": dict(_WHOLE)},
                "tool_calls_made": dict(_WHOLE),
                "source": dict(_TEXT),
                "priority": {"type": "integer"},
                "attempts": dict(_WHOLE),
            },
            result=dict(_TEXT),
            error=dict(_TEXT),
            session_id=dict(_TEXT),
            estimated_cost_usd={"type": "number"},
        ),
        "Tasks": _many("tasks", total=dict(_WHOLE)),
        "Session": _object({"id": dict(_TEXT), "open": {"type": "boolean"}, "running": {"type": "boolean"}}),
        "Sessions": _many("sessions"),
        "Log": _object({"events": {"type": "array", "items": {"type": "object"}}}),
        "Request": _object({"session_id": dict(_TEXT), "interaction_id": dict(_TEXT), "type": dict(_TEXT)}),
        "Approvals": _many("approvals"),
        "Questions": _many("questions"),
        "Late": _object({"late": {"type": "boolean"}}),
        "Stats": _object({"total_tasks": dict(_WHOLE), "active_tasks": dict(_WHOLE), "uptime_seconds": dict(_WHOLE)}),
        "Health": _object({"status": dict(_TEXT), "uptime_seconds": dict(_WHOLE)}),
        "Ready": _object({"ready": {"type": "boolean"}, "version": dict(_TEXT)}),
    }
)
