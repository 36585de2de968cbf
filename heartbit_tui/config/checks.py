"""Whether each value is of the right type and within its bounds."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import cast

from heartbit_tui.config import tree
from heartbit_tui.config.entry import Entry, Problem
from heartbit_tui.config.keys import Key, Kind, Path, Value, dotted

NAMES: MappingProxyType[Kind, str] = MappingProxyType(
    {
        "string": "a string",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "strings": "a list of strings",
        "table": "a table",
        "list": "a list",
    }
)


def problem_with(entry: Entry) -> Problem | None:
    """What is wrong with one value on its own, or None."""
    text = _fault(entry.key, entry.value)
    return Problem(path=entry.source.path or entry.path, text=text, source=entry.source) if text else None


def missing(entries: Iterable[Entry]) -> Iterator[Problem]:
    """The keys that a table of an array has to have and lacks."""
    tables: dict[Path, list[Entry]] = {}
    for entry in entries:
        for length, part in enumerate(entry.path, start=1):
            if isinstance(part, int):
                tables.setdefault(entry.path[:length], []).append(entry)
    for place, held in tables.items():
        node = tree.node_at(place)
        names = {entry.path[len(place)] for entry in held if len(entry.path) > len(place)}
        for name, child in node.below.items() if node else ():
            if child.key and child.key.required and name not in names:
                label = _label(place, held)
                yield Problem(path=(*place, name), text=f"this is missing{label}.", source=held[0].source)


def _label(place: Path, held: list[Entry]) -> str:
    names = (entry.value for entry in held if entry.path == (*place, "name"))
    return next((f" in {dotted(place[:-1])} {name!r}" for name in names), "")


def _fault(key: Key, value: Value) -> str:
    if not _is_kind(key.kind, value):
        return f"this has to be {NAMES[key.kind]}, and it is {_shown(key, value)}."
    if key.choices and value not in key.choices:
        return f"{value!r} is not one of {', '.join(key.choices)}."
    if key.required and isinstance(value, str) and not value.strip():
        return "this must not be empty."
    if key.kind in ("integer", "number"):
        return _out_of_bounds(key, cast("float", value))
    return ""


def _out_of_bounds(key: Key, value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return "this has to be a finite number."
    if key.least is not None and value < key.least:
        return f"this has to be at least {key.least:g}, and it is {value:g}."
    if key.most is not None and value > key.most:
        return f"this has to be at most {key.most:g}, and it is {value:g}."
    return ""


def _is_kind(kind: Kind, value: Value) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "strings":
            return isinstance(value, list | tuple) and all(
                isinstance(item, str) for item in cast("Iterable[object]", value)
            )
        case "table":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list | tuple)


def _shown(key: Key, value: Value) -> str:
    return "something else" if key.secret else repr(value)
