"""Takes events, envelopes, messages and ops back from JSON, and checks them.

The validator is loaded when something is read: a session that is new reads nothing.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from heartbit_tui.kernel.events import Envelope, Event
from heartbit_tui.kernel.messages import JsonObject, Message
from heartbit_tui.kernel.ops import Op
from heartbit_tui.wire.errors import InvalidError, UnknownTypeError
from heartbit_tui.wire.names import event_types, op_types

_Kind = TypeVar("_Kind")


def load(json: JsonObject) -> Event:
    """The event that a flat JSON object says; fields that are not known are ignored.

    Raises `UnknownTypeError` for a type of a newer version, `InvalidError` for wrong fields.
    """
    return _checked(_class_of(json, event_types()), json)


def load_envelope(json: JsonObject) -> Envelope:
    """The event with its place. Raises what `load` raises, and `InvalidError` where the place is wrong."""
    said = str(json.get("type", ""))
    return Envelope(
        seq=_part(json, "seq", int, said),
        at=parse_timestamp(_part(json, "at", str, said)),
        session=_part(json, "session", str, said),
        run=_part(json, "run", str, said),
        agent=_part(json, "agent", str, said),
        event=load(json),
    )


def loads(line: str) -> Envelope:
    """The envelope that one line of JSON says. Raises what `load_envelope` raises."""
    return load_envelope(decode(line))


def load_op(json: JsonObject) -> Op:
    """The op that a flat JSON object says. Raises what `load` raises."""
    return _checked(_class_of(json, op_types()), json)


def load_message(json: JsonObject) -> Message:
    """The message that `{"role": ..., "content": [...]}` says. Raises `InvalidError`."""
    return _checked(Message, json, type=str(json.get("role", "")))


def body_reader(type: str) -> Callable[[str], Event]:
    """A fast reader for the texts that `write.body` makes of events of this type.

    Raises `UnknownTypeError` at once for a type of a newer version; the reader raises `InvalidError`.
    """
    from heartbit_tui.wire.schema import validator

    kind = event_types().get(type)
    if kind is None:
        raise UnknownTypeError(type)
    fast = validator(kind).validate_json

    def read(text: str) -> Event:
        try:
            return fast(text)
        except ValueError:
            # Half of a surrogate pair and very deep nesting: json reads what the fast parser does not.
            return _checked(kind, decode(text, type=type), type=type)

    return read


def decode(text: str, *, type: str = "") -> JsonObject:
    """The JSON object that a text holds. Raises `InvalidError` where it holds none."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"This is not JSON: {error}", type=type) from error
    if not isinstance(value, dict):
        raise InvalidError("This is JSON, but not an object.", type=type)
    return cast("JsonObject", value)


def parse_timestamp(text: str) -> datetime:
    """The moment that `write.timestamp` wrote, in UTC. Raises `InvalidError`."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(f"`at` is no time in ISO 8601: {text[:40]!r}") from error


def _class_of(json: JsonObject, table: Mapping[str, type[_Kind]]) -> type[_Kind]:
    said = json.get("type")
    if not isinstance(said, str):
        raise InvalidError("A `type` is missing.")
    kind = table.get(said)
    if kind is None:
        raise UnknownTypeError(said)
    return kind


def _part(json: JsonObject, key: str, kind: type[_Kind], type: str) -> _Kind:
    value = json.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InvalidError(f"`{key}` is missing or is not {kind.__name__}.", type=type)
    return value


def _checked(kind: Any, json: JsonObject, *, type: str = "") -> Any:
    from heartbit_tui.wire.schema import sentence, validator

    try:
        return validator(kind).validate_python(json)
    except ValueError as error:
        raise InvalidError(sentence(error), type=type or str(json.get("type", ""))) from error
