"""`heartbit run`: one task headless, told on every path."""

import asyncio
import gc
import os
import signal
import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from heartbit_tui.cli.plan import plan
from heartbit_tui.client.lean import lean
from heartbit_tui.headless import endings
from heartbit_tui.headless.app import Headless, Plan, force
from heartbit_tui.headless.interrupts import STOPPING, Interrupts
from heartbit_tui.headless.pipe import Pipe
from heartbit_tui.headless.reporters import Format, Manner, Reporter, reporter
from heartbit_tui.headless.telling import Telling


def main(values: Namespace, make: Callable[[Namespace], Plan] = plan) -> int:
    """Do what is planned; the exit code, where it has to be returned at all."""
    out, err = Pipe(1), Pipe(2)
    telling = Telling(_reporter(values, terminal=out.is_terminal), out, err, began=values.began)
    interrupts = Interrupts(lambda _: force(telling, interrupts, _kill_all))
    interrupts.watch()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    try:
        return _leave(_run(make(values), telling, interrupts))
    except Exception as error:  # noqa: BLE001 - the process boundary: whatever happens, it ends with a result line
        return _told(telling, endings.of_error(error))


def refuse(message: str, format: str) -> int:
    """Tell a fault of the command line in one of the JSON formats; the exit code."""
    telling = Telling(reporter(Manner(format=cast("Format", format))), Pipe(1), Pipe(2), began=time.monotonic())
    return _told(telling, endings.failed("usage", message))


def _run(planned: Plan, telling: Telling, interrupts: Interrupts) -> int:
    with lean():
        from heartbit_tui.client.local import local

    gc.freeze()
    gc.enable()
    return asyncio.run(Headless(telling, local).run(planned, interrupts))


def _kill_all() -> None:
    """End what tools have started. Where the tools themselves are still being imported, that is nothing."""
    with suppress(ImportError):
        from heartbit_tui.headless.children import kill_all

        kill_all()


def _leave(code: int) -> int:
    """End the process without taking the interpreter apart, which takes longer than many a run's own work.

    Nothing is lost by it: the session is closed and flushed, its threads have ended, its children were reaped, and
    what was said went to the file descriptors directly.
    """
    os._exit(code)


def _told(telling: Telling, ending: endings.Ending) -> int:
    telling.end_now(ending)
    return ending.exit_code


def _reporter(values: Namespace, *, terminal: bool) -> Reporter:
    wanted = "stream-json" if values.json else values.output_format
    manner = Manner(
        format=wanted,
        partial=values.include_partial_messages,
        runs=values.input_format == "stream-json",
        terminal=terminal,
        verbose=values.verbose,
    )
    return reporter(manner)
