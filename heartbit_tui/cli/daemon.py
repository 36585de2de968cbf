"""`heartbit daemon run`: the mode that stays."""

import asyncio
import gc
import logging
import os
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.cli.options import options
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.local import local
from heartbit_tui.config import directories
from heartbit_tui.headless.endings import UsageError, failed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for_logs
from heartbit_tui.runtime.settings import configuration

ABSENT = MappingProxyType({"continue": False, "resume": None, "session": None, "fork": False, "ephemeral": False})
"""The flags that name a session, or keep it off the disk: here each task has its own, and what was accepted is kept."""

SELDOM = (5_000, 10, 10)
"""Thresholds for garbage: opening a session makes some thousand objects that stay, and each look goes through all of them."""

NEEDED = ("starlette", "uvicorn", "sse_starlette", "wsproto")
MISSING = "The daemon needs {name}: pip install 'heartbit-tui[daemon]'"


def main(values: Namespace) -> int:
    """Serve until it is stopped; the exit code."""
    vars(values).update(ABSENT)
    return attempt(lambda: _serve(values))


def check_extra() -> None:
    """Raises `UsageError` where a library is missing that the daemon needs."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise UsageError(MISSING.format(name=name))


def _serve(values: Namespace) -> int:
    check_extra()
    from heartbit_tui.daemon.log_file import NAME, LogFile
    from heartbit_tui.daemon.logs import telling, telling_events
    from heartbit_tui.daemon.opening import Setup
    from heartbit_tui.daemon.serving import serve
    from heartbit_tui.daemon.supervised import VARIABLES, Supervisor

    supervisor = Supervisor.of(os.environ, os.getpid())
    for name in VARIABLES:
        os.environ.pop(name, None)
    given = options(values, surface="daemon", on_ask="person")
    config = configuration(given)
    state = directories(given.environment, Path(given.environment.get("HOME") or "/")).state
    log = LogFile(state / NAME, config.integer("log.max_bytes") or 0, config.integer("log.keep") or 0)
    mask = mask_for_logs(given)
    tell = telling(sys.stderr, mask, verbose=values.verbose, keep=log.write)
    told = telling_events(sys.stderr, mask) if values.verbose else None
    gc.freeze()
    gc.set_threshold(*SELDOM)
    setup = Setup(options=given, connect=local, clock=SystemClock(), bind=values.bind or "", told=told)
    try:
        return asyncio.run(serve(setup, tell, supervisor=supervisor))
    except HeartbitError as error:
        logging.getLogger("heartbit.daemon").error("%s", error)  # in the log too, for who was not there
        return failed(error.kind, "").exit_code
