"""What callers send, checked; what is wrong with it is said by the name of the field."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from heartbit_tui.kernel.ops import Decide, Scope

Kind = TypeVar("Kind", bound=BaseModel)
Decision = Literal["allow", "deny", "always_allow", "always_deny"]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]

NO_SESSION = "session not found"
NO_TASK = "task not found"

LONGEST_TASK = 200_000
"""Characters of a task."""

LONGEST_KEY = 200
"""Characters of a key that makes a request the same however often it is sent."""


def _in_utc(at: datetime) -> datetime:
    """A time in UTC. Raises `PydanticCustomError` for one at the ends of the calendar, which is none there."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time", "in UTC this is before the first year or after the last") from None


class Body(BaseModel):
    """A JSON object in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewTask(Body):
    """A task. `story_id` names what it belongs to, `session_id` a session of the caller's to go on with.

    `key` makes it the same task however often it is sent; the header `Idempotency-Key` says the same.
    """

    task: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TASK)]
    story_id: Name | None = None
    key: Annotated[str, StringConstraints(max_length=LONGEST_KEY)] = ""
    priority: Annotated[int, Field(ge=-100, le=100, strict=True)] = 0
    deadline: Annotated[AwareDatetime, Field(strict=True), AfterValidator(_in_utc)] | None = None
    session_id: Name | None = None
    folder: Annotated[str, StringConstraints(max_length=4_096)] = ""


class Decided(Body):
    """A decision on an approval. `pattern` is the rule to remember where it reaches further than this once."""

    decision: Decision
    pattern: Annotated[str, StringConstraints(max_length=2_000)] = ""
    note: Annotated[str, StringConstraints(max_length=10_000)] = ""


class Answered(Body):
    """Answers to a question: for each part of it the labels chosen, or own words; an empty list declines."""

    answers: Annotated[list[list[Annotated[str, StringConstraints(max_length=10_000)]]], Field(max_length=32)]


class Named(Body):
    """Which schedule, by its name, or which heartbeat, by its file."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class Paused(Named):
    """Whether it rests."""

    paused: Annotated[bool, Field(strict=True)] = True


class Held(Body):
    """Whether a memory is held against fading and merging."""

    pinned: Annotated[bool, Field(strict=True)] = True


class Drafted(Body):
    """Another text for the draft of a skill: a whole SKILL.md."""

    text: Annotated[str, StringConstraints(max_length=LONGEST_TASK)]


class SentOp(Body):
    """An op, flat with its `type`, as `wire` writes it; the rest of its fields are checked there."""

    model_config = ConfigDict(extra="allow", frozen=True)
    type: Annotated[str, StringConstraints(max_length=64)]


def decide(request_id: str, decision: Decision) -> Decide:
    """The op of a decision: an `always` one holds for all of the person's sessions from now on, the others this once."""
    scope: Scope = "user" if decision.startswith("always") else "once"
    return Decide(id=request_id, allow=decision in ("allow", "always_allow"), scope=scope)


async def body_of(request: Request, kind: type[Kind]) -> Kind:
    """The body of a request. Raises `HTTPException`: 415 for another type, 400 for no JSON, 422 for wrong fields."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Content-Type has to be application/json")
    text = await request.body()
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise HTTPException(400, f"The body is no JSON: {first['msg']}") from None
        raise HTTPException(422, problem_of(error)) from None


def problem_of(error: ValidationError) -> str:
    """What is wrong first, by the name of the field."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def key_of(request: Request) -> str:
    """What the header `Idempotency-Key` says; empty where there is none. Raises `HTTPException`: 400 for one too long.

    It is not cut: two keys with the same beginning would then be one.
    """
    key = request.headers.get("idempotency-key", "")
    if len(key) > LONGEST_KEY:
        raise HTTPException(400, f"Idempotency-Key may have {LONGEST_KEY} characters")
    return key


def number_of(request: Request, name: str, usual: int, least: int, most: int) -> int:
    """A whole number of the query. Raises `HTTPException`: 400 for anything else, or one out of its bounds."""
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
        raise HTTPException(400, f"{name} has to be a whole number from {least} to {most}")
    return int(text)
