"""`${NAME}` and `${NAME:-default}` in the strings of a configuration."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from heartbit_tui.config.keys import Value

_REFERENCE = re.compile(r"\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def filled(value: Value, environment: Mapping[str, str]) -> Value:
    """The value with every reference replaced; `$${` stands for `${`. Raises `KeyError` with a missing name."""
    match value:
        case str():
            return _REFERENCE.sub(lambda match: _replacement(match, environment), value)
        case list():
            return [filled(item, environment) for item in cast("list[Value]", value)]
        case dict():
            return {name: filled(item, environment) for name, item in cast("dict[str, Value]", value).items()}
        case _:
            return value


def refers(value: Value) -> bool:
    """Whether any string in the value has a reference."""
    return any("${" in text for text in _texts(value))


def _replacement(match: re.Match[str], environment: Mapping[str, str]) -> str:
    escaped, name, default = match.groups()
    if escaped:
        return escaped
    found = environment.get(name, "")
    if default is not None:
        return found or default
    return environment[name]


def _texts(value: Value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in cast("list[Value]", value):
                yield from _texts(item)
        case dict():
            for item in cast("dict[str, Value]", value).values():
                yield from _texts(item)
        case _:
            return
