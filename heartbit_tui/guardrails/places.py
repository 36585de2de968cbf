"""Values in a call's input, by paths such as `file_path`, `edits[].new_string`, `items[0].name` and `a.*.b`; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

_STEP = re.compile(r"\[(\d*)\]|([^.\[\]]+)")


def values_at(value: object, path: str) -> tuple[object, ...]:
    """All that stands at a path: `[]` is every element, `[n]` one, `*` everything one step down; empty if nothing."""
    found: list[object] = [value]
    for step in _STEP.finditer(path):
        found = [below for each in found for below in _below(each, step[1], step[2])]
    return tuple(found)


def texts_in(values: Iterable[object]) -> Iterator[str]:
    """Every string, number and truth value in these values, as text."""
    for value in values:
        if isinstance(value, Mapping):
            yield from texts_in(cast("Mapping[str, Any]", value).values())
        elif isinstance(value, list | tuple):
            yield from texts_in(cast("list[Any]", value))
        elif value is not None:
            yield str(value).lower() if isinstance(value, bool) else str(value)


def _below(value: object, index: str | None, name: str | None) -> list[object]:
    if isinstance(value, list | tuple):
        elements = cast("list[Any]", value)
        if index:
            return list(elements[int(index) : int(index) + 1])
        return list(elements) if index == "" or name == "*" else []
    if not isinstance(value, Mapping) or name is None:
        return []
    table = cast("Mapping[str, Any]", value)
    return list(table.values()) if name == "*" else [table[name]] if name in table else []
