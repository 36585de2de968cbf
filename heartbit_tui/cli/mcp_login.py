"""`heartbit mcp login`: a login at a server in the browser, kept for sessions; and `heartbit mcp logout`."""

import asyncio
import sys
import webbrowser
from argparse import Namespace
from dataclasses import replace

from heartbit_tui import __version__
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, say
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.mcp.callback import SECONDS, callback
from heartbit_tui.mcp.link import connecting
from heartbit_tui.mcp.types import Address, Answers, Around, Server, ServerError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.server_children import Children
from heartbit_tui.runtime.server_definitions import every
from heartbit_tui.runtime.servers import logins_of
from heartbit_tui.runtime.settings import Settings, read

NO_LOGIN = "{name} is a program, not a URL: what it needs to log in stands in its env."
NOT_DONE = "The login at {name} did not succeed: {error}."


def main(values: Namespace) -> int:
    """Log in or out; the exit code."""
    out = values.command.endswith("logout")
    return attempt(lambda: asyncio.run(_out(values) if out else _in(values)))


async def _in(values: Namespace) -> int:
    settings, server, way = await _wanted(values)
    logins = logins_of(settings)
    logins.begin(way.url)

    async def show(address: str) -> None:
        sys.stderr.write(f"Log in at {server.name} in your browser:\n{address}\n")
        if not values.no_browser:
            await asyncio.to_thread(webbrowser.open, address)

    async with callback(show) as login:
        around = Around(roots=(), ask=_nobody, changed=_nothing, logins=logins, login=login)
        patient = replace(server, start_seconds=SECONDS)
        try:
            async with connecting(Children(settings.environment), __version__)(patient, around) as link:
                offer = await link.offer()
        except ServerError as error:
            logins.begin(way.url)
            raise HeartbitError(NOT_DONE.format(name=server.name, error=str(error).rstrip("."))) from error
    if logins.has(way.url):
        say(f"Logged in at {server.name}, which offers {len(offer.tools)} tools.")
    else:
        say(f"{server.name} needs no login; it offers {len(offer.tools)} tools.")
    return 0


async def _out(values: Namespace) -> int:
    settings, server, way = await _wanted(values)
    gone = logins_of(settings).drop(way.url)
    say(f"What the login at {server.name} gave is forgotten." if gone else f"There was no login at {server.name}.")
    return 0


async def _wanted(values: Namespace) -> tuple[Settings, Server, Address]:
    around, name = Surroundings(values), clean(values.name)
    settings = await read(around.options, SystemClock())
    found = {each.name: each for each in every(settings, around.cwd)}
    server = found.get(name)
    if server is None:
        raise UsageError(f"There is no MCP server “{name}”. There are: {', '.join(found) or 'none'}.")
    if not isinstance(server, Server):
        raise UsageError(server.text)
    if not isinstance(server.way, Address):
        raise UsageError(NO_LOGIN.format(name=name))
    return settings, server, server.way


async def _nobody(questions: object) -> Answers:
    """Nobody is asked during a login."""
    return None


def _nothing() -> None:
    """Lists that change during a login are of no interest."""
