"""The door of the protocol: standard output is the client's alone, and everything ends when the client goes."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from acp.agent.connection import AgentSideConnection
from acp.exceptions import RequestError
from acp.interfaces import Agent as Methods

from heartbit_tui.acp.agent import Agent, Connect
from heartbit_tui.acp.wire import Wire
from heartbit_tui.client.local import local
from heartbit_tui.runtime.options import Options

BY_HAND = (
    "heartbit acp waits for an editor that speaks the Agent Client Protocol; docs/acp.md says how one is set up.\n"
)
SIGNALS: Mapping[signal.Signals, int] = MappingProxyType({signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130})


def main(options: Options, *, connect: Connect = local) -> int:
    """Serve the client at standard input and output until it goes; the exit code."""
    told = logging.StreamHandler(sys.stderr)
    told.addFilter(_without_traces_of_what_came)
    logging.basicConfig(handlers=[told], format="heartbit: %(message)s")
    if os.isatty(0):
        sys.stderr.write(BY_HAND)
    source, target = _aside()
    return asyncio.run(_served(options, connect, source, target))


def _without_traces_of_what_came(record: logging.LogRecord) -> bool:
    """Let a message that a client sent and that could not be used be told in a line; traces are of heartbit's own faults."""
    if record.exc_info and isinstance(record.exc_info[1], RequestError | ValueError):
        record.exc_info = None
    return True


def _aside() -> tuple[int, int]:
    """Keep standard input and output for the protocol: what else reads gets nothing, what else writes goes to stderr."""
    sys.stdout.flush()
    source, target = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    return source, target


async def _served(options: Options, connect: Connect, source: int, target: int) -> int:
    wire = Wire(source, target)
    stopped: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        agent = Agent(options, connect, tasks)
        # Methods of extensions it has none: the package answers that there is no such method.
        connection = AgentSideConnection(cast("Methods", agent), wire, listening=False, use_unstable_protocol=True)
        listening = tasks.create_task(connection.listen(), name="client")
        for number, code in SIGNALS.items():
            asyncio.get_running_loop().add_signal_handler(number, _stop, listening, stopped, code)
        await asyncio.wait([listening])
        agent.leave()
        await connection.close()
    return stopped[0] if stopped else 0


def _stop(listening: "asyncio.Task[None]", stopped: list[int], code: int) -> None:
    stopped.append(code)
    listening.cancel()
