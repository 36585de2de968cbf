"""Frames of the WebSocket, as the seed has them: requests, their responses, and pushes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from heartbit_tui.daemon.http.bodies import LONGEST_TASK, Decision, problem_of
from heartbit_tui.kernel.messages import JsonObject

UNPARSED = "unknown"
"""The id of the response to a frame that nobody could read."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Words = Annotated[str, StringConstraints(max_length=10_000)]


class Frame(BaseModel):
    """A request of a client."""

    model_config = ConfigDict(frozen=True)
    type: Literal["req"]
    id: str = Field(max_length=128)
    method: str = Field(max_length=64)
    params: Any = None


class Params(BaseModel):
    """What a method wants to know; what it does not know is ignored."""

    model_config = ConfigDict(frozen=True)


class Nothing(Params):
    """No parameters."""


class Create(Params):
    """A new session."""

    title: Annotated[str, StringConstraints(max_length=200)] = ""


class OfSession(Params):
    """A session."""

    session_id: Id


class Subscribe(OfSession):
    """A session, and after which seq of it to tell."""

    after: Annotated[int, Field(ge=0)] = 0


class Send(OfSession):
    """A message in a session."""

    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TASK)]


class Abort(OfSession):
    """A task in a session."""

    task_id: Id


class ResolveApproval(Params):
    """A decision on a call."""

    interaction_id: Id
    decision: str


class ResolveQuestion(Params):
    """Answers to a question."""

    interaction_id: Id
    answers: Annotated[list[list[Words]], Field(max_length=32)]


class MethodError(Exception):
    """A request that cannot be done; the message is its answer."""


def frame_of(text: str) -> Frame | str:
    """The request that a text is, or what is wrong with it; empty for what a client has no business sending."""
    try:
        return Frame.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=True)[0]
        if first["loc"] == ("type",) and first.get("input") in ("res", "event"):
            return ""
        return f"invalid frame: {problem_of(error)}"


def params_of(kind: type[Params], given: object) -> Params:
    """The parameters of a method. Raises `MethodError`."""
    try:
        return kind.model_validate({} if given is None else given)
    except ValidationError as error:
        raise MethodError(f"invalid params: {problem_of(error)}") from None


def decision_of(text: str) -> Decision:
    """The decision that a word is. Raises `MethodError`."""
    match text:
        case "allow" | "deny" | "always_allow" | "always_deny":
            return text
        case _:
            raise MethodError(f"invalid decision: {text[:64]}")


def response(id: str, payload: Mapping[str, object] | list[JsonObject], *, ok: bool = True) -> JsonObject:
    """The answer to a request."""
    return {"type": "res", "id": id, "ok": ok, "payload": payload}


def refusal(id: str, text: str) -> JsonObject:
    """The answer to a request that cannot be done."""
    return response(id, {"error": text}, ok=False)


def push(event: str, payload: JsonObject, seq: int) -> JsonObject:
    """What nobody asked for; `seq` counts the pushes of a connection."""
    return {"type": "event", "event": event, "payload": payload, "seq": seq}
