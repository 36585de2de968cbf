"""Says events, envelopes, messages and ops as JSON, on the standard library alone."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, cast

from heartbit_tui.kernel.events import Envelope, Event
from heartbit_tui.kernel.messages import JsonObject, Message
from heartbit_tui.kernel.ops import Op
from heartbit_tui.wire.names import BARE, NULLS, TAGS, key_of, type_of

_Field: TypeAlias = tuple[str, str, bool, bool]
_PLAIN = frozenset({str, int, float, bool})
_DEPTH = 100
"""How deep a JSON object may be nested when it cannot be written as it is."""


def dump(event: Event | Op, *, agent: str = "") -> JsonObject:
    """An event or op as a flat JSON object with its `type`, and its `agent` where one is given.

    JSON objects inside are shared with the event, not copied. `encode` makes the text.
    """
    head = {"type": type_of(type(event)), "agent": agent} if agent else {"type": type_of(type(event))}
    return head | _object(event)


def dump_envelope(envelope: Envelope) -> JsonObject:
    """An event with its place: the event's flat object, between `seq`, `at`, `session`, `run` and `agent`."""
    place = {
        "seq": envelope.seq,
        "at": timestamp(envelope.at),
        "session": envelope.session,
        "run": envelope.run,
        "type": type_of(type(envelope.event)),
        "agent": envelope.agent,
    }
    return place | _object(envelope.event)


def dump_message(message: Message) -> JsonObject:
    """A message as `{"role": ..., "content": [blocks]}`."""
    return _object(message)


def dumps(envelope: Envelope) -> str:
    """An envelope as one line of JSON in ASCII."""
    return encode(dump_envelope(envelope))


def body(event: Event) -> str:
    """The fields of an event alone, without its `type`, as one line of JSON."""
    return encode(_object(event))


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text order is time order: `2026-11-21T09:30:00.000000Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def storable(text: str) -> str:
    """`text` as a column can hold it: half characters, as in odd file names, become escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def encode(value: JsonObject) -> str:
    """One line of strict JSON in ASCII; never fails.

    What JSON cannot say is said as text: NaN and infinities, objects of other kinds, and what is nested
    deeper than 100 levels where the whole is too deep to write.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_foreign)
    except (ValueError, TypeError, RecursionError):
        return json.dumps(_cleaned(value, _DEPTH), separators=(",", ":"))


@cache
def _plan(kind: type[Any]) -> tuple[dict[str, str], tuple[_Field, ...]]:
    """The tag of a class, and for each field: its name, key, whether empty is left out, whether None is."""
    tag: tuple[str, str] | None = TAGS.get(kind)
    plan = tuple(
        (field.name, key_of(kind, field.name), (kind, field.name) in BARE, (kind, field.name) not in NULLS)
        for field in fields(kind)
    )
    return {tag[0]: tag[1]} if tag else {}, plan


def _object(value: Any) -> dict[str, Any]:
    head, plan = _plan(cast("type[Any]", type(value)))
    result: dict[str, Any] = dict(head)
    for name, key, leave_out_empty, leave_out_none in plan:
        item = getattr(value, name)
        if type(item) in _PLAIN and (item or not leave_out_empty):
            result[key] = item
        elif item is None:
            if not leave_out_none:
                result[key] = None
        elif item or not leave_out_empty:
            result[key] = _value(item)
    return result


def _value(item: Any) -> Any:
    if type(item) in _PLAIN or item is None:
        return item
    if isinstance(item, tuple):
        return [_value(each) for each in cast("tuple[Any, ...]", item)]
    if isinstance(item, Mapping):
        return cast("JsonObject", item)
    if isinstance(item, Enum):
        return item.value
    return _object(item)


def _foreign(item: object) -> Any:
    """What stands for an object inside a JSON object that `json` does not know."""
    if isinstance(item, Mapping):
        return dict(cast("JsonObject", item))
    return str(item)


def _cleaned(item: Any, depth: int) -> Any:
    if isinstance(item, float) and not math.isfinite(item):
        return "NaN" if math.isnan(item) else f"{'-' if item < 0 else ''}Infinity"
    if item is None or isinstance(item, str | int | float):
        return item
    if depth == 0:
        return "[nested too deeply]"
    if isinstance(item, Mapping):
        pairs = cast("Mapping[Any, Any]", item).items()
        return {str(key): _cleaned(value, depth - 1) for key, value in pairs}
    if isinstance(item, list | tuple):
        return [_cleaned(each, depth - 1) for each in cast("Sequence[Any]", item)]
    return str(item)
