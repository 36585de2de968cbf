"""`heartbit daemon`: the mode that stays."""

import asyncio
import gc
import sys
from argparse import Namespace
from importlib.util import find_spec
from types import MappingProxyType

from heartbit_tui.cli.options import options
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.local import local
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for

ABSENT = MappingProxyType(
    {"continue": False, "resume": None, "session": None, "fork": False, "output_schema": None, "json_schema": None}
)
"""The flags of a single task: here each task says its own."""

SELDOM = (5_000, 10, 10)
"""Thresholds for garbage: opening a session makes some thousand objects that stay, and each look goes through all of them."""

NEEDED = ("starlette", "uvicorn", "sse_starlette", "wsproto")
MISSING = "The daemon needs {name}: pip install 'heartbit-tui[daemon]'"


def main(values: Namespace) -> int:
    """Serve until it is stopped; the exit code."""
    vars(values).update({name: value for name, value in ABSENT.items() if name not in values})
    return attempt(lambda: _serve(values))


def _serve(values: Namespace) -> int:
    for name in NEEDED:
        if find_spec(name) is None:
            raise UsageError(MISSING.format(name=name))
    from heartbit_tui.daemon.logs import telling
    from heartbit_tui.daemon.opening import Setup
    from heartbit_tui.daemon.serving import serve

    given = options(values, surface="daemon", on_ask="person")
    tell = telling(sys.stderr, mask_for(given), verbose=values.verbose)
    gc.freeze()
    gc.set_threshold(*SELDOM)
    setup = Setup(options=given, connect=local, clock=SystemClock(), bind=values.bind or "")
    return asyncio.run(serve(setup, tell))
