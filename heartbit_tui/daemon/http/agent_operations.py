"""The rows of the routes of A2A, for the table of all routes, and the shapes of what they take."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from heartbit_tui.daemon.http.offered import OLD, OLD_REST, PREFIX, REST, RPC
from heartbit_tui.daemon.http.operations import EVENTS, REFUSED, Operation
from heartbit_tui.kernel.messages import JsonObject

A2A: Final = "application/a2a+json"
"""What version 1.0 answers with."""

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "/message:send": "A2A: send a message, and have the task that it is about",
        "/message:stream": "A2A: send a message, and follow the task",
        "/tasks/{id}:cancel": "A2A: stop a task",
        "/tasks/{id}:subscribe": "A2A: follow a task",
        "/tasks/{id}": "A2A: how a task stands",
        "/tasks": "A2A: the tasks that changed last",
        "/extendedAgentCard": "A2A: the card for those who are known",
        "/card": "A2A: the card for those who are known",
    }
)
METHODS: Final = (
    *("SendMessage", "SendStreamingMessage", "GetTask", "ListTasks", "CancelTask", "SubscribeToTask"),
    *("GetExtendedAgentCard", "CreateTaskPushNotificationConfig", "GetTaskPushNotificationConfig"),
    *("ListTaskPushNotificationConfigs", "DeleteTaskPushNotificationConfig"),
    *("message/send", "message/stream", "tasks/get", "tasks/cancel", "tasks/resubscribe"),
    *("agent/getAuthenticatedExtendedCard", "tasks/pushNotificationConfig/set", "tasks/pushNotificationConfig/get"),
    *("tasks/pushNotificationConfig/list", "tasks/pushNotificationConfig/delete"),
)
"""Of JSON-RPC, in version 1.0 and in 0.3."""

CONFIG: Final = "A2A: nobody is called, so that this is refused"

_TEXT: Final = MappingProxyType({"type": "string"})
_HISTORY: Final = MappingProxyType({"type": "integer", "minimum": 0, "maximum": 2_147_483_647})
_LIST: Mapping[str, JsonObject] = MappingProxyType(
    {
        "contextId": _TEXT,
        "status": {
            "type": "string",
            "enum": [
                f"TASK_STATE_{name}"
                for name in ("SUBMITTED", "WORKING", "COMPLETED", "FAILED", "CANCELED", "INPUT_REQUIRED", "REJECTED")
            ],
        },
        "pageSize": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
        "pageToken": {"type": "string", "pattern": "^([0-9]{1,16}-[0-9]{1,15})?$"},
        "historyLength": _HISTORY,
        "includeArtifacts": _TEXT,
    }
)
_VERSION: Mapping[str, JsonObject] = MappingProxyType({"A2A-Version": {"type": "string", "enum": ["1.0"]}})
_MESSAGE_ID: Final = MappingProxyType({"type": "string", "minLength": 1, "maxLength": 190})


def _message(role: str, parts: str) -> JsonObject:
    text = {"type": "string", "minLength": 1, "maxLength": 200_000}
    part = {"type": "object", "properties": {"text": text}, "required": ["text"]}
    properties = {
        "messageId": dict(_MESSAGE_ID),
        "role": {"type": "string", "enum": [role]},
        parts: {"type": "array", "minItems": 1, "items": part},
    }
    message = {"type": "object", "properties": properties, "required": [*properties]}
    return {"type": "object", "properties": {"message": message}, "required": ["message"]}


AGENT_SCHEMAS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "A2ACall": {
            "type": "object",
            "properties": {
                "jsonrpc": {"type": "string", "const": "2.0"},
                "id": {"type": ["string", "integer", "null"]},
                "method": {"type": "string", "enum": list(METHODS)},
                "params": {"type": "object"},
            },
            "required": ["jsonrpc", "method"],
        },
        "A2AMessage": _message("ROLE_USER", "parts"),
        "A2AOldMessage": _message("ROLE_USER", "content"),
        "A2AError": {
            "type": "object",
            "properties": {"error": {"type": ["object", "string"]}},
            "required": ["error"],
        },
    }
)


def _rows() -> Iterator[Operation]:
    yield _row("POST", RPC, "A2A: all methods of both versions, as JSON-RPC 2.0", "A2ACall")
    for method, path in REST:
        yield _row(method, PREFIX + path, SUMMARIES.get(path, CONFIG), _taken(method, path, "A2AMessage"))
    for method, path in OLD_REST:
        summary = f"{SUMMARIES.get(path, CONFIG)} (0.3)"
        yield _row(method, OLD + path, summary, _taken(method, path, "A2AOldMessage"))


def _taken(method: str, path: str, message: str) -> str:
    if "message:" in path:
        return message
    return "Any" if method == "POST" and path.endswith("Configs") else ""


def _row(method: str, path: str, summary: str, takes: str) -> Operation:
    old, rpc, streams = path.startswith(OLD), path == RPC, path.endswith((":stream", ":subscribe"))
    checked = (415,) if method == "POST" else ()
    return Operation(
        method=method,
        path=path,
        summary=summary,
        statuses=(200, *REFUSED, *(() if rpc else (404,)), *checked, 503),
        answer="Line" if streams else "Any",
        takes=takes,
        query=_LIST if path == f"{PREFIX}/tasks" else {},
        headers={} if old or rpc else _VERSION,
        kind=EVENTS if streams else "application/json" if old or rpc else A2A,
        failure="A2AError",
    )


AGENT_OPERATIONS: Final = tuple(_rows())
