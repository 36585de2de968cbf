"""Definitions of servers, as `.mcp.json`, the settings and the environment write them; pure."""

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import cast

from heartbit_tui.mcp.expanding import expanded, references
from heartbit_tui.mcp.names import plain, prefix
from heartbit_tui.mcp.shapes import list_of, table_of
from heartbit_tui.mcp.types import (
    CALL_SECONDS,
    START_SECONDS,
    Address,
    Command,
    Definition,
    Fault,
    Json,
    Origin,
    Permit,
    Server,
)

HTTP = frozenset({"http", "streamable-http", "streamable_http", "streamableHttp", "remote"})
STDIO = frozenset({"stdio", "local"})
KEYS = (
    "command",
    "args",
    "env",
    "cwd",
    "type",
    "url",
    "headers",
    "auth_header",
    "enabled",
    "start_timeout",
    "timeout",
    "sampling",
)
"""What a definition in heartbit's own settings may have."""

LONGEST = 3_600.0
OLD = "type {kind!r} is not spoken: heartbit speaks stdio, and http (streamable HTTP)."
UNSET = "the environment has no {name}; set it, or write ${{{name}:-default}}."
NEITHER = 'it needs a "command" that starts it or a "url" where it is.'
BOTH = 'it has a "command" and a "url"; it can be reached in one way only.'
CLASH = "its tools would be called as those of “{other}” are ({prefix}…); give one of the two another name."


class _WrongError(ValueError):
    """A definition cannot be used; the message says why."""


def defined(
    table: Mapping[str, Json],
    origin: Callable[[str], Origin],
    environment: Mapping[str, str],
    *,
    strict: bool = False,
) -> Iterator[Definition]:
    """A server, or what is wrong with it, for each entry of a table by name.

    `strict` finds fault with keys that are not known, which files that other programs read too may have.
    """
    for name, value in table.items():
        place = origin(name)
        try:
            yield _server(name, value, place, environment, strict=strict)
        except _WrongError as wrong:
            yield Fault(name=name, origin=place, text=f"{place.where}: the MCP server “{name}”: {wrong}")


def listed(entries: Iterable[Json], origin: Origin, environment: Mapping[str, str]) -> Iterator[Definition]:
    """The same for a list, whose entries are addresses, or tables that may have a name."""
    table: dict[str, Json] = {}
    for entry in entries:
        value: Json = {"url": entry.strip()} if isinstance(entry, str) else entry
        value = dict(cast("dict[str, Json]", value)) if isinstance(value, dict) else value
        name = _own_name(value)
        while name in table:
            name = _next(name)
        table[name] = value
    return defined(table, lambda _: origin, environment)


def settled(definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """One definition for each name, the latest, without those whose tools could not be told from another's."""
    kept: dict[str, Definition] = {}
    for each in definitions:
        kept.pop(each.name, None)
        kept[each.name] = each
    begins: dict[str, str] = {}
    return tuple(_apart(each, begins) for each in kept.values())


def _apart(each: Definition, begins: dict[str, str]) -> Definition:
    begin = prefix(each.name)
    other = begins.setdefault(begin, each.name)
    if other == each.name or isinstance(each, Fault):
        return each
    text = CLASH.format(other=other, prefix=begin)
    return Fault(name=each.name, origin=each.origin, text=f"{each.origin.where}: the MCP server “{each.name}”: {text}")


def digest_of(value: Json) -> str:
    """What changes with any part of a definition that decides what runs or is reached."""
    counted = {
        key: value[key] for key in sorted(value) if key not in ("enabled", "disabled", "start_timeout", "timeout")
    }
    return hashlib.sha256(json.dumps(counted, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


def _server(name: str, value: Json, origin: Origin, environment: Mapping[str, str], *, strict: bool) -> Server:
    if not isinstance(value, dict):
        raise _WrongError("this has to be a table.")
    table = cast("dict[str, Json]", value)
    if strict:
        _known(table)
    try:
        filled = cast("dict[str, Json]", expanded(table, environment))
    except KeyError as error:
        raise _WrongError(UNSET.format(name=error.args[0])) from error
    return Server(
        name=name,
        way=_way(filled),
        origin=origin,
        digest=digest_of(table),
        shown=_shown(table),
        reads=references(table),
        enabled=_switch(table),
        start_seconds=_seconds(filled, "start_timeout", START_SECONDS),
        call_seconds=_seconds(filled, "timeout", CALL_SECONDS) if strict else CALL_SECONDS,
        sampling=_permit(filled, own=strict and not origin.project),
    )


def _shown(table: Mapping[str, Json]) -> str:
    """The program with its arguments, or the address, as written."""
    words = [str(table.get("command") or table.get("url") or ""), *map(str, list_of(table.get("args")))]
    return " ".join(words)


def _known(table: Mapping[str, Json]) -> None:
    for key in table:
        if key not in KEYS and key != "disabled":
            near = difflib.get_close_matches(key, KEYS, n=1)
            raise _WrongError(f"{key} is no key of a server." + (f" Did you mean {near[0]}?" if near else ""))


def _way(table: Mapping[str, Json]) -> Command | Address:
    kind = table.get("type", "")
    if kind and kind not in HTTP | STDIO:
        raise _WrongError(OLD.format(kind=kind))
    command, url = _text(table, "command"), _text(table, "url")
    if command and url:
        raise _WrongError(BOTH)
    if not (url if kind in HTTP else command if kind in STDIO else command or url):
        raise _WrongError(NEITHER)
    return _address(table, url) if url else _command(table, command)


def _command(table: Mapping[str, Json], program: str) -> Command:
    if "\0" in program:
        raise _WrongError("its command has a NUL in it.")
    return Command(
        program=program,
        arguments=_texts(table, "args"),
        environment=_pairs(table, "env"),
        folder=_text(table, "cwd"),
    )


def _address(table: Mapping[str, Json], url: str) -> Address:
    if not re.match(r"https?://[^\s/]", url):
        raise _WrongError("its url has to begin with http:// or https:// and name a host.")
    headers = dict(_pairs(table, "headers"))
    if auth := _text(table, "auth_header"):
        headers["Authorization"] = auth
    for name, text in headers.items():
        if not name or re.search(r"[\r\n\0]", name + text):
            raise _WrongError(f"the header {name!r} cannot be sent.")
    return Address(url=url, headers=MappingProxyType(headers))


def _text(table: Mapping[str, Json], key: str) -> str:
    value = table.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _WrongError(f"{key} has to be a string.")
    return value.strip() if key != "command" else value if value.strip() else ""


def _texts(table: Mapping[str, Json], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in cast("list[Json]", value)):
        raise _WrongError(f"{key} has to be a list of strings.")
    return tuple(cast("list[str]", value))


def _pairs(table: Mapping[str, Json], key: str) -> Mapping[str, str]:
    value: Json = table.get(key) or {}
    if value != table_of(value):
        raise _WrongError(f"{key} has to be a table of strings.")
    found: dict[str, str] = {}
    for name, text in table_of(value).items():
        if isinstance(text, dict | list) or text is None:
            raise _WrongError(f"{key}.{name} has to be a string.")
        found[name] = text if isinstance(text, str) else json.dumps(text)
    return MappingProxyType(found)


def _switch(table: Mapping[str, Json]) -> bool:
    for key in ("enabled", "disabled"):
        if not isinstance(table.get(key, False), bool):
            raise _WrongError(f"{key} has to be true or false.")
    return table.get("enabled", True) is True and table.get("disabled", False) is False


def _permit(table: Mapping[str, Json], *, own: bool) -> Permit:
    """What is written; only a person's own settings can let a server ask without a question."""
    value = table.get("sampling", "ask")
    if value not in ("ask", "allow", "deny"):
        raise _WrongError('sampling has to be "ask", "allow" or "deny".')
    return "deny" if value == "deny" else "allow" if value == "allow" and own else "ask"


def _seconds(table: Mapping[str, Json], key: str, usual: float) -> float:
    value = table.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise _WrongError(f"{key} has to be a number of seconds up to {LONGEST:g}.")
    return float(value)


def _own_name(value: Json) -> str:
    """What a server without a name is called: after its host, or its program."""
    table = table_of(value)
    if isinstance(table.get("name"), str) and table["name"].strip():
        return str(table.pop("name")).strip()
    if isinstance(table.get("url"), str):
        found = re.match(r"[a-z]+://(?:[^/@]*@)?(?:www\.|mcp\.)?([^/:?#]+)(?::(\d+))?", table["url"])
        return plain("_".join(filter(None, found.groups()))) if found else "server"
    parts = [table.get("command", ""), *list_of(table.get("args"))]
    words = [str(part) for part in parts if not str(part).startswith("-")]
    return plain(words[-1 if words and words[0] in ("npx", "uvx") else 0].rpartition("/")[2]) if words else "server"


def _next(name: str) -> str:
    head, _, number = name.rpartition("_")
    return f"{head}_{int(number) + 1}" if head and number.isdecimal() else f"{name}_2"
