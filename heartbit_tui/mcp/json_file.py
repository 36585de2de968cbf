"""`.mcp.json`: the servers that a project shares with all programs that read this file."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from heartbit_tui.mcp.definitions import defined
from heartbit_tui.mcp.types import Definition, Fault, Json, Origin

NAME = ".mcp.json"
TABLE = "mcpServers"


def servers_of(text: str, file: str, environment: Mapping[str, str]) -> Iterator[Definition]:
    """The servers of the file, or one fault where it cannot be read as a whole."""
    try:
        document: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"{file}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else file
        said = (
            f"{error.msg}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "it is nested too deeply"
        )
        yield _fault(where, f"{where}: this is not JSON: {said}.")
        return
    table = cast("dict[str, Json]", document).get(TABLE, {}) if isinstance(document, dict) else None
    if not isinstance(table, dict):
        yield _fault(f"{file}:1", f"{file}:1: this has to be an object with an object “{TABLE}” of servers by name.")
        return
    yield from defined(cast("dict[str, Json]", table), places(text, file), environment)


def places(text: str, file: str) -> Callable[[str], Origin]:
    """Where each server stands in the file."""
    begin = text.find(f'"{TABLE}"')

    def place(name: str) -> Origin:
        spelt = re.escape(json.dumps(name))
        plain = re.escape(json.dumps(name, ensure_ascii=False))
        found = re.compile(rf"(?:{spelt}|{plain})\s*:\s*\{{").search(text, max(begin, 0))
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return Origin(where=f"{file}:{line}", project=True)

    return place


def _fault(where: str, text: str) -> Fault:
    return Fault(name=NAME, origin=Origin(where=where, project=True), text=text)
