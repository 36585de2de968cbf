"""The servers of tools that the settings, the environment and a trusted project define, each with its place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import cast

from heartbit_tui.config import Config
from heartbit_tui.config.entry import Entry, Layer
from heartbit_tui.config.files import project_root, read
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp import json_file
from heartbit_tui.mcp.definitions import defined, listed, settled
from heartbit_tui.mcp.types import Definition, Fault, Json, Origin
from heartbit_tui.runtime.settings import Settings

BROUGHT = Origin(where="the editor")
UNTRUSTED = (
    "{file}: its MCP servers do not count, because this folder is not trusted. Look at them, then run `heartbit trust add` "
    "in this folder if you want them; each is asked about once."
)


def definitions(
    settings: Settings, cwd: Path, brought: Mapping[str, JsonObject] = MappingProxyType({})
) -> tuple[Definition, ...]:
    """All of them, one for each name: a person's own come before those that a project brings.

    What the surface `brought` is a person's own; it counts for a name that the settings have, too.
    """
    found = [*_shared(settings, cwd), *_configured(settings.config, settings.environment)]
    found += defined(brought, lambda _: BROUGHT, settings.environment)
    return settled(sorted(found, key=lambda each: not each.origin.project))


def of_agent(settings: Settings, number: int) -> tuple[Definition, ...]:
    """The servers that entry `number` of `[[agents]]` has for itself."""
    entry = settings.config.entries.get(("agents", number, "mcp_servers"))
    if entry is None:
        return ()
    origin = Origin(where=str(entry.source), project=entry.source.layer is Layer.PROJECT)
    return settled(listed(cast("list[Json]", entry.value), origin, settings.environment))


def every(settings: Settings, cwd: Path) -> tuple[Definition, ...]:
    """Those of the session, and those of single agents whose names are free."""
    found = {each.name: each for each in definitions(settings, cwd)}
    for path in settings.config.entries:
        if path[0] == "agents" and path[2:] == ("mcp_servers",):
            found = {each.name: each for each in of_agent(settings, cast("int", path[1]))} | found
    return tuple(found.values())


def _shared(settings: Settings, cwd: Path) -> Iterator[Definition]:
    """Those of the project's `.mcp.json`."""
    file = project_root(cwd) / json_file.NAME
    try:
        text = read(file)
    except ConfigError as error:
        yield Fault(name=json_file.NAME, origin=Origin(where=str(file), project=True), text=str(error))
        return
    if text is None:
        return
    if not settings.trust.is_trusted:
        told = UNTRUSTED.format(file=file)
        yield Fault(name=json_file.NAME, origin=Origin(where=str(file), project=True), text=told)
        return
    yield from json_file.servers_of(text, str(file), settings.environment)


def _configured(config: Config, environment: Mapping[str, str]) -> Iterator[Definition]:
    """Those of every layer of the settings, the lowest first."""
    for entry in config.stack:
        origin = Origin(where=str(entry.source), project=entry.source.layer is Layer.PROJECT)
        match entry.path:
            case ("mcp", "servers", str(name)):
                yield from defined({name: entry.value}, lambda _, origin=origin: origin, environment, strict=True)
            case ("mcpServers",):
                yield from defined(_table(entry), lambda _, origin=origin: origin, environment)
            case ("mcp_servers",):
                yield from listed(cast("list[Json]", entry.value), origin, environment)
            case _:
                pass


def _table(entry: Entry) -> dict[str, Json]:
    return cast("dict[str, Json]", entry.value)
