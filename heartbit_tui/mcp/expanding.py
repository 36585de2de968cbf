"""`${NAME}` and `${NAME:-default}` in what defines a server."""

import re
from collections.abc import Mapping

from heartbit_tui.mcp.shapes import list_of, table_of
from heartbit_tui.mcp.types import Json

_REFERENCE = re.compile(r"\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def expanded(value: Json, environment: Mapping[str, str]) -> Json:
    """The value with each reference replaced; `$${` stands for `${`. Raises `KeyError` with a name that is not set."""
    match value:
        case str():
            return _REFERENCE.sub(lambda found: _replacement(found, environment), value)
        case list():
            return [expanded(each, environment) for each in list_of(value)]
        case dict():
            return {name: expanded(each, environment) for name, each in table_of(value).items()}
        case _:
            return value


def references(value: Json) -> tuple[str, ...]:
    """The names of all variables that the value refers to, each once."""
    match value:
        case str():
            found = [at[2] for at in _REFERENCE.finditer(value) if at[2]]
        case list():
            found = [name for each in list_of(value) for name in references(each)]
        case dict():
            found = [name for each in table_of(value).values() for name in references(each)]
        case _:
            found = []
    return tuple(dict.fromkeys(found))


def _replacement(found: re.Match[str], environment: Mapping[str, str]) -> str:
    escaped, name, default = found.groups()
    if escaped:
        return escaped
    if default is not None:
        return environment.get(name, "") or default
    return environment[name]
