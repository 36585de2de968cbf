"""A call's arguments, between the text that a model writes and the object that a tool takes."""

import json
import re
from typing import Any, NoReturn, cast
from uuid import uuid4

from heartbit_tui.kernel.messages import JsonObject, ToolCall

CUT_OFF = (
    "The call of {name} was cut off by the output limit before its arguments were complete, so it was not run. "
    "Do it again in smaller steps."
)
NOT_JSON = "The arguments of {name} are not valid JSON ({why}), so it was not run. Write them again as a JSON object."
NOT_AN_OBJECT = "The arguments of {name} have to be a JSON object, not {what}, so it was not run. Write them again."

_SURROGATES = re.compile("[\ud800-\udfff]")


def read_call(id: str, name: str, text: str, *, cut: bool) -> ToolCall:
    """The call with these arguments; where they cannot be used, its `fault` says why.

    `cut`: the answer ended at its output limit right here, so that even arguments that look whole may not be.
    """
    if not text.strip():
        return ToolCall(id=id, name=name, fault=CUT_OFF.format(name=name) if cut else "")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        ended = cut or error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        fault = CUT_OFF.format(name=name) if cut else NOT_JSON.format(name=name, why=_why(error, ended=ended))
        return ToolCall(id=id, name=name, fault=fault)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return ToolCall(id=id, name=name, fault=NOT_JSON.format(name=name, why=why))
    return _checked(id, name, value, text)


def new_id() -> str:
    """An id for a call that came without one."""
    return f"call_{uuid4().hex[:16]}"


def written(arguments: JsonObject) -> str:
    """Arguments as a model would write them."""
    return json.dumps(arguments, ensure_ascii=False)


def _checked(id: str, name: str, value: object, text: str) -> ToolCall:
    if value is None:
        return ToolCall(id=id, name=name)
    if not isinstance(value, dict):
        return ToolCall(id=id, name=name, fault=NOT_AN_OBJECT.format(name=name, what=_kind(value)))
    if "\\u" in text and _SURROGATES.search(json.dumps(value, ensure_ascii=False)):
        return ToolCall(id=id, name=name, fault=NOT_JSON.format(name=name, why="half of a surrogate pair"))
    return ToolCall(id=id, name=name, input=cast("dict[str, Any]", value))


def _why(error: json.JSONDecodeError, *, ended: bool) -> str:
    return "they end too early" if ended else f"{error.msg} at character {error.pos}"


def _kind(value: object) -> str:
    match value:
        case list():
            return "an array"
        case str():
            return "a string"
        case bool():
            return "a truth value"
        case _:
            return "a number"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
