"""Servers of tools that a client brings along, as the settings would define them; pure."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from acp.schema import AcpMcpServer, HttpMcpServer, McpServerStdio, SseMcpServer

from heartbit_tui.acp import errors
from heartbit_tui.kernel.messages import JsonObject

Given: TypeAlias = HttpMcpServer | SseMcpServer | AcpMcpServer | McpServerStdio

UNSPOKEN = "The MCP server {name} is of a kind that is not spoken: heartbit speaks stdio and streamable HTTP."


def definitions(given: Sequence[Given]) -> Mapping[str, JsonObject]:
    """A definition for each, by name. Raises `RequestError` for a kind that was never offered."""
    return {each.name: _definition(each) for each in given}


def _definition(each: Given) -> JsonObject:
    match each:
        case McpServerStdio(command=command, args=words, env=env):
            return _literal({"command": command, "args": list(words), "env": {pair.name: pair.value for pair in env}})
        case HttpMcpServer(url=url, headers=headers):
            return _literal({"url": url, "headers": {pair.name: pair.value for pair in headers}})
        case _:
            raise errors.wrong(UNSPOKEN.format(name=each.name))


def _literal(value: Any) -> Any:
    """The value so that nothing in it stands for a variable: the client has put in what it means."""
    match value:
        case str():
            return value.replace("${", "$${")
        case list():
            return [_literal(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - JSON at the edge
        case dict():
            return {name: _literal(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType] - JSON at the edge
        case _:
            return value
