"""A server written into a settings file or into `.mcp.json`, and taken out again; all else stays as a person wrote it."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import cast

import tomli_w

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.mcp.json_file import TABLE
from heartbit_tui.mcp.shapes import table_of
from heartbit_tui.mcp.types import Json

THERE = "{file} has a server “{name}” already; `heartbit mcp remove {name}` takes it out."
NOT_THERE = "{file} has no server “{name}”."
BY_HAND = (
    "“{name}” is written in {file} in a way that cannot be taken out without touching more; change the file by hand."
)
BROKEN = "{file} cannot be read, so nothing was changed: {error}."
_HEADER = re.compile(r"^\s*\[\s*(?!\[)([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_ANY_HEADER = re.compile(r"^\s*\[")


def in_settings(text: str, file: str, name: str, server: Mapping[str, Json]) -> str:
    """The settings with a table for the server at their end. Raises `ConfigError`."""
    if name in _servers(text, file):
        raise ConfigError(THERE.format(file=file, name=name), key=name, source=file)
    section = tomli_w.dumps({"mcp": {"servers": {name: dict(server)}}})
    added = section.replace("[mcp]\n\n", "").replace("[mcp.servers]\n\n", "")
    gap = "\n" if text.strip() else ""
    after = f"{text.rstrip()}\n{gap}{added.lstrip()}" if text.strip() else added.lstrip()
    if _servers(after, file).get(name) != server:
        raise ConfigError(BY_HAND.format(file=file, name=name), key=name, source=file)
    return after


def out_of_settings(text: str, file: str, name: str) -> str:
    """The settings without the table of the server. Raises `ConfigError`."""
    before = _servers(text, file)
    if name not in before:
        raise ConfigError(NOT_THERE.format(file=file, name=name), key=name, source=file)
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if _ANY_HEADER.match(line):
            inside = _is_of(line, name)
        if not inside:
            kept.append(line)
    after = "\n".join(kept).rstrip() + "\n" if kept else ""
    if _servers(after, file) != {each: server for each, server in before.items() if each != name}:
        raise ConfigError(BY_HAND.format(file=file, name=name), key=name, source=file)
    return after


def in_shared(text: str, file: str, name: str, server: Mapping[str, Json]) -> str:
    """The `.mcp.json` with the server. Raises `ConfigError`."""
    document = _json(text, file)
    servers = table_of(document.get(TABLE))
    if name in servers:
        raise ConfigError(THERE.format(file=file, name=name), key=name, source=file)
    return _written({**document, TABLE: {**servers, name: dict(server)}})


def out_of_shared(text: str, file: str, name: str) -> str:
    """The `.mcp.json` without the server. Raises `ConfigError`."""
    document = _json(text, file)
    servers = table_of(document.get(TABLE))
    if name not in servers:
        raise ConfigError(NOT_THERE.format(file=file, name=name), key=name, source=file)
    return _written({**document, TABLE: {each: kept for each, kept in servers.items() if each != name}})


def _is_of(line: str, name: str) -> bool:
    found = _HEADER.match(line)
    if found is None:
        return False
    try:
        table = tomllib.loads(f"[{found[1]}]")
    except tomllib.TOMLDecodeError:
        return False
    return name in table_of(table_of(table.get("mcp")).get("servers"))


def _servers(text: str, file: str) -> dict[str, Json]:
    try:
        document: Json = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(BROKEN.format(file=file, error=error), source=file) from error
    return table_of(table_of(document.get("mcp")).get("servers"))


def _json(text: str, file: str) -> dict[str, Json]:
    try:
        document: Json = json.loads(text or "{}")
    except ValueError as error:
        raise ConfigError(BROKEN.format(file=file, error=error), source=file) from error
    if not isinstance(document, dict):
        raise ConfigError(BROKEN.format(file=file, error="it is no object"), source=file)
    return cast("dict[str, Json]", document)


def _written(document: Mapping[str, Json]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
