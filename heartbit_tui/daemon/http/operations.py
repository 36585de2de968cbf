"""The table of all routes as others are told of them, and the shapes of the answers; a test holds it equal to the routes."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel

from heartbit_tui.client.guests.bodies import Asking
from heartbit_tui.client.guests.commands import COMMANDS
from heartbit_tui.client.guests.table import Asked
from heartbit_tui.client.guests.views import VIEWS
from heartbit_tui.daemon.http.bodies import Answered, Decided, Drafted, Held, Named, NewTask, Paused, SentOp
from heartbit_tui.daemon.metrics import TYPE
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.memory.meditation_tiers import Tier
from heartbit_tui.memory.types import EntryType
from heartbit_tui.tasks import STATES

EVENTS: Final = "text/event-stream"
REFUSED: Final = (400, 401, 403, 405, 408, 413, 431)
"""What any route may answer that wants a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route under one method. `answer` names the schema of what it answers; `open` says that it needs no token.

    `body` is what it takes, or `takes` the schema of that; `headers` are those that it needs, and `failure` names the
    schema of what it says where it refuses.
    """

    method: str
    path: str
    summary: str
    statuses: tuple[int, ...]
    answer: str = ""
    body: type[BaseModel] | None = None
    query: Mapping[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    kind: str = "application/json"
    open: bool = False
    takes: str = ""
    headers: Mapping[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    failure: str = "Error"


def _get(path: str, summary: str, answer: str, *more: int, **traits: Any) -> Operation:
    return Operation(
        method="GET", path=path, summary=summary, statuses=(200, *REFUSED, 503, *more), answer=answer, **traits
    )


def _delete(path: str, summary: str, *more: int) -> Operation:
    return Operation(method="DELETE", path=path, summary=summary, statuses=(204, *REFUSED, 404, *more, 503))


def _post(
    path: str, summary: str, statuses: tuple[int, ...], answer: str, body: type[BaseModel] | None = None
) -> Operation:
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


def _words(*choices: str) -> JsonObject:
    return {"type": "string", "enum": ["", *choices]}


def _many(name: str, **more: Any) -> JsonObject:
    return _object({name: {"type": "array", "items": {"$ref": f"#/components/schemas/{_ONE[name]}"}}, **more})


def _page(name: str, more: JsonObject) -> JsonObject:
    """A part of many; `next` says from where to go on, where there is more."""
    found: dict[str, Any] = dict(_many(name))
    return {**found, "properties": {**found["properties"], "next": dict(more)}}


_ONE: Final = MappingProxyType(
    {
        "tasks": "Task",
        "sessions": "Session",
        "approvals": "Request",
        "questions": "Request",
        "waiting": "Request",
        "entries": "Memory",
        "files": "ChangedFile",
        "drafts": "Draft",
        "rows": "Audited",
    }
)
_PAGE: Final[Mapping[str, JsonObject]] = MappingProxyType({"limit": _number(1, 50, 20), "offset": _PLACE})
_ENTRIES: Final[Mapping[str, JsonObject]] = MappingProxyType(
    {
        "q": _TEXT,
        "type": _words(*EntryType),
        "tier": _words(*get_args(Tier)),
        "category": _TEXT,
        "pinned": _words("true", "false"),
    }
)
_ROWS: Final[Mapping[str, JsonObject]] = MappingProxyType(
    {"tool": _TEXT, "decision": _words("allow", "ask", "deny"), "limit": _number(1, 500, 50), "before": _PLACE}
)


def _view(asked: Asked) -> Operation:
    """What a guest may look at; 409 where the session is not open."""
    path = f"/sessions/{{id}}/views/{asked.name}"
    return _get(path, asked.summary, f"{asked.name}.view", 404, 409, query=_parameters(asked.takes))


def _command(asked: Asked) -> Operation:
    """What a guest may do."""
    path = f"/sessions/{{id}}/commands/{asked.name}"
    return _post(path, asked.summary, (200, 404, 409), f"{asked.name}.command", asked.takes)


def _parameters(kind: type[Asking]) -> dict[str, JsonObject]:
    schema = kind.model_json_schema()
    return {
        name: {key: value for key, value in each.items() if key != "title"}
        for name, each in schema.get("properties", {}).items()
    }


OPERATIONS: Final = (
    _post("/tasks", "Accept a task", (200, 201, 404), "Accepted", NewTask),
    _get(
        "/tasks",
        "The newest tasks",
        "Tasks",
        query={
            "state": _STATE,
            "source": _TEXT,
            "limit": _number(1, 500, 50),
            "offset": _PLACE,
            "brief": _words("true", "false"),
        },
    ),
    _get("/tasks/{id}", "How a task stands", "Task", 404),
    _delete("/tasks/{id}", "Stop a task", 409),
    _post("/tasks/{id}/resume", "Take an interrupted task up again", (202, 404, 409), "Accepted"),
    _get("/tasks/{id}/events", "What happens in a task", "Line", 404, kind=EVENTS, query={"after": _PLACE}),
    _get("/tasks/{id}/changes", "What a task has changed in files", "Changes", 404, query=_PAGE),
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
    _get("/schedules", "What is done at set times, and when next", "Any"),
    _get("/heartbeats", "What is done again and again, and when next", "Any"),
    _post("/schedules/run", "Hand the task of a schedule over now", (201, 404), "Accepted", Named),
    _post("/schedules/pause", "Let a schedule rest, or go on", (200, 404), "Any", Paused),
    _post("/heartbeats/run", "Let a heartbeat beat now", (202, 404, 409), "Any", Named),
    _post("/heartbeats/pause", "Let a heartbeat rest, or go on", (200, 404), "Any", Paused),
    _get("/todo", "The list of the pulse", "Any", 404),
    _get("/pulse", "How the pulse stands, and when it looks next", "Pulse", 404),
    _get(
        "/sessions",
        "The newest sessions",
        "Sessions",
        query={"q": _TEXT, "folder": _TEXT, "limit": _number(1, 500, 50)},
    ),
    _get("/sessions/{id}", "A session, and what waits in it", "Session", 404),
    _delete("/sessions/{id}", "Delete a session for good", 409),
    _get(
        "/sessions/{id}/events",
        "What happens in a session",
        "Line",
        404,
        kind=EVENTS,
        query={"after": _PLACE, "follow": {"type": "string", "enum": ["true", "false"]}},
    ),
    _get("/sessions/{id}/log", "All that was kept of a session", "Log", 404),
    _get("/sessions/{id}/changes", "What a session has changed in files", "Changes", 404, query=_PAGE),
    _post("/sessions/{id}/ops", "Send an op into a session that is open", (202, 404, 409), "Any", SentOp),
    *map(_view, VIEWS),
    *map(_command, COMMANDS),
    _get("/approvals", "Calls that wait for a person", "Approvals"),
    _get("/questions", "Questions that wait for a person", "Questions"),
    _post("/approvals/{session}/{id}", "Decide about a call", (200, 404, 409), "Late", Decided),
    _post("/questions/{session}/{id}", "Answer a question", (200, 404, 409), "Late", Answered),
    _get(
        "/memory",
        "What the caller remembers, the newest first",
        "Memories",
        404,
        query={**_ENTRIES, "limit": _number(1, 500, 50), "after": _TEXT},
    ),
    _get(
        "/recall",
        "What of it answers a question, the best first",
        "Recalled",
        404,
        query={**_ENTRIES, "limit": _number(1, 100, 50)},
    ),
    _get("/memory/{id}", "One memory", "Memory", 404, query={"reveal": _words("true", "false")}),
    _delete("/memory/{id}", "Forget a memory for good"),
    _post("/memory/{id}/pin", "Hold a memory against fading, or no longer", (200, 404), "Memory", Held),
    _get("/drafts", "Skills that wait for a word", "Drafts", 404),
    _get("/drafts/{id}", "The draft of a skill", "Draft", 404),
    Operation(
        method="PUT",
        path="/drafts/{id}",
        summary="Put another text in a draft",
        statuses=(200, *REFUSED, 404, 409, 415, 422, 503),
        answer="Draft",
        body=Drafted,
    ),
    _post("/drafts/{id}/accept", "Make a skill of a draft", (200, 404, 409), "Draft"),
    _post("/drafts/{id}/refuse", "Refuse a draft", (200, 404, 409), "Draft"),
    _get(
        "/audit",
        "Who did what in whose name, the newest first",
        "Audit",
        query={"session": _TEXT, **_ROWS},
    ),
    _get("/sessions/{id}/audit", "The same of one session", "Audit", 404, query=_ROWS),
    _get("/metrics", "Figures for Prometheus", "", 404, kind=TYPE),
    _get("/openapi.json", "This document", "Any"),
    _open("/healthz", "Whether it lives", "Health", 503),
    _open("/health", "Whether it lives", "Health", 503),
    _open("/readyz", "Whether it takes tasks", "Ready", 503),
    _open("/.well-known/agent.json", "The card", "Any", 304),
    _open("/.well-known/agent-card.json", "The card", "Any", 304),
    _open("/", "The dashboard", "", kind="text/html"),
    _open("/dashboard.css", "Its style", "", kind="text/css"),
    _open("/dashboard.js", "Its script", "", kind="text/javascript"),
    *(
        _open(f"/dashboard-{part}.js", "A part of its script", "", kind="text/javascript")
        for part in ("words", "daemon", "waiting", "events", "changes", "panels")
    ),
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
        "Memory": _object(
            {
                "id": dict(_TEXT),
                "content": dict(_TEXT),
                "category": dict(_TEXT),
                "memory_type": {"type": "string", "enum": list(EntryType)},
                "tier": {"type": "string", "enum": list(get_args(Tier))},
                "strength": {"type": "number", "minimum": 0, "maximum": 1},
                "pinned": {"type": "boolean"},
                "withheld": {"type": "boolean"},
            }
        ),
        "Memories": _page("entries", _TEXT),
        "Recalled": _many("entries", by=dict(_TEXT), embedder={"type": "boolean"}, notice=dict(_TEXT)),
        "ChangedFile": _object(
            {
                "path": dict(_TEXT),
                "kind": {"type": "string", "enum": ["created", "changed", "deleted"]},
                "diff": dict(_TEXT),
                "why": dict(_TEXT),
                "added": dict(_WHOLE),
                "removed": dict(_WHOLE),
                "restored": {"type": "boolean"},
            }
        ),
        "Changes": _page("files", _WHOLE),
        "Draft": _object(
            {"id": dict(_TEXT), "state": dict(_TEXT), "name": dict(_TEXT), "skill": dict(_TEXT), "file": dict(_TEXT)}
        ),
        "Drafts": _many("drafts"),
        "Audited": _object(
            {
                "id": dict(_WHOLE),
                "at": dict(_TEXT),
                "kind": dict(_TEXT),
                "delegation_chain": {"type": "array", "items": dict(_TEXT)},
                "told": {"type": "object"},
            }
        ),
        "Audit": _page("rows", _WHOLE),
        "Pulse": _object(
            {
                "next": {"type": ["string", "null"], "format": "date-time"},
                "stands": dict(_TEXT),
                "last": dict(_TEXT),
                "at_work": {"type": "boolean"},
                "why": {"type": "array", "items": _object({"what": dict(_TEXT), "is": dict(_TEXT)})},
            }
        ),
        "Late": _object({"late": {"type": "boolean"}}),
        "Stats": _object({"total_tasks": dict(_WHOLE), "active_tasks": dict(_WHOLE), "uptime_seconds": dict(_WHOLE)}),
        "Health": _object({"status": dict(_TEXT), "uptime_seconds": dict(_WHOLE)}),
        "Ready": _object({"ready": {"type": "boolean"}, "version": dict(_TEXT)}),
    }
)
