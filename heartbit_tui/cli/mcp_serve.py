"""`heartbit mcp serve`: heartbit as a tool of other agents, over standard input and output or over HTTP."""

import asyncio
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Coroutine
from types import MappingProxyType
from typing import Any

from heartbit_tui import __version__
from heartbit_tui.cli.options import environment, options
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.local import local
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.offered import Offered
from heartbit_tui.runtime import plugins

STDIO = "heartbit_tui.mcp.serving:over_stdio"
HTTP = "heartbit_tui.mcp.serving_http:over_http"
TOKEN = "HEARTBIT_MCP_TOKEN"
SHORTEST = 16
ABSENT = MappingProxyType(
    {"continue": False, "resume": None, "session": None, "fork": False, "output_schema": None, "json_schema": None}
)
"""The flags of a single task: here each call says its own."""

NO_TOKEN = (
    f"--http wants a token of at least {SHORTEST} characters in {TOKEN}, which callers have to bring: "
    f"export {TOKEN}=$(openssl rand -hex 32)"
)
NO_ADDRESS = "--http takes a port, or a host and a port, as 8765 or 127.0.0.1:8765, and not {text}."
SIGNALS = MappingProxyType({signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130})
BY_HAND = "heartbit mcp serve waits for an agent that speaks MCP; docs/mcp.md says how one is set up.\n"


def main(values: Namespace) -> int:
    """Serve until the client goes or the process is stopped; the exit code."""
    vars(values).update(ABSENT)
    return attempt(lambda: _serve(values))


def _serve(values: Namespace) -> int:
    offered = Offered(options(values, surface="headless", on_ask=values.on_ask), local)
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="heartbit: %(message)s")
    if values.http is None:
        if os.isatty(0):
            sys.stderr.write(BY_HAND)
        asyncio.run(_over_stdio(offered))
        return 0
    address = _address(values.http)
    token = environment().get(TOKEN, "")
    if len(token) < SHORTEST:
        raise UsageError(NO_TOKEN)
    over_http: Callable[..., Coroutine[Any, Any, None]] = plugins.resolve(HTTP)
    asyncio.run(over_http(offered, __version__, address, token, _tell))
    return 0


def _tell(url: str) -> None:
    sys.stderr.write(f"heartbit serves MCP at {url}\n")
    sys.stderr.flush()


async def _over_stdio(offered: Offered) -> None:
    """Serve, and end the process: the thread that waits for a line of the client's would keep it."""
    stopped, code = asyncio.Event(), [0]
    for number, wanted in SIGNALS.items():
        asyncio.get_running_loop().add_signal_handler(number, _stop, stopped, code, wanted)
    over_stdio: Callable[..., Coroutine[Any, Any, None]] = plugins.resolve(STDIO)
    await over_stdio(offered, __version__, stopped)
    sys.stderr.flush()
    os._exit(code[0])


def _stop(stopped: asyncio.Event, code: list[int], wanted: int) -> None:
    code[0] = wanted
    stopped.set()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not int(port) < 65_536:
        raise UsageError(NO_ADDRESS.format(text=text))
    return host.strip("[]") or "127.0.0.1", int(port)
