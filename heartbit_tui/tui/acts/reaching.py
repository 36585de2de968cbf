"""What reaches out of the session: its MCP servers, the language servers, agents of others."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import served
from heartbit_tui.client.counterparts import NONE, Counterpart, Kind, named
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.screens import counterparts as screen
from heartbit_tui.tui.screens.page import Page
from heartbit_tui.tui.screens.servers import lines, servers

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

OPENING = "The session is still being opened."


async def mcp(app: "HeartbitApp", argument: str) -> None:
    """/mcp [NAME], /mcp approve, refuse or restart NAME."""
    client = app.talk.client
    found = client.served if client is not None else None
    if found is None:
        app.tell(OPENING if client is None else served.NONE, warning=client is None)
        return
    if " " in argument.strip():
        try:
            app.tell(await served.done(found, argument))
        except HeartbitError as error:
            app.tell(str(error), warning=True)
        return
    name = argument.strip() or await app.push_screen_wait(servers(found, app.keymap, app.ink))
    status = next((each for each in found.statuses() if each.name == name), None)
    if status is not None:
        await app.push_screen_wait(Page(f"MCP server {status.name}", lambda look: lines(status, look), app.ink))
    elif name:
        app.tell(f"There is no MCP server {name}. /mcp lists them.", warning=True)


async def lsp(app: "HeartbitApp", argument: str) -> None:
    """/lsp [NAME]."""
    await _counterparts(app, "lsp", argument.strip())


async def a2a(app: "HeartbitApp", argument: str) -> None:
    """/a2a [NAME]."""
    await _counterparts(app, "a2a", argument.strip())


async def _counterparts(app: "HeartbitApp", kind: Kind, name: str) -> None:
    client = app.talk.client
    if client is None or not client.counterparts(kind):
        app.tell(OPENING if client is None else NONE[kind], warning=client is None)
        return

    def look_up() -> tuple[Counterpart, ...]:
        return client.counterparts(kind)

    name = name or await app.push_screen_wait(screen.counterparts(kind, look_up, app.keymap, app.ink)) or ""
    try:
        found = named(look_up(), name) if name else None
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        return
    if found is not None:
        await app.push_screen_wait(Page(found.name, lambda look: screen.lines(found, look), app.ink))


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"mcp": mcp, "lsp": lsp, "a2a": a2a}
)
