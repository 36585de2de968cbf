"""`heartbit attach`: a session of a daemon on the screen, or line by line."""

import os
import signal
import sys
from argparse import Namespace
from dataclasses import replace
from importlib import import_module
from typing import Any

from heartbit_tui.cli.remote import address
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, is_terminal
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.launch.start import NoScreen, launch


def main(values: Namespace) -> int:
    """Take part until the person leaves; the exit code. The session goes on."""
    return attempt(lambda: _attach(values))


def _attach(values: Namespace) -> int:
    around = Surroundings(values)
    url, token = address(values, values.id)

    def connect(options: Options) -> Any:
        # What speaks HTTP is loaded once the first frame is painted.
        return import_module("heartbit_tui.client.attached").attached(url, token, values.id)

    if values.plain or not (is_terminal(0) and is_terminal(1)):
        converse = import_module("heartbit_tui.repl.app").main
        return converse(replace(around.options, surface="repl", ephemeral=True), plain=values.plain, connect=connect)
    try:
        launched = launch(os.environ)
    except NoScreen as reason:
        sys.stderr.write(f"heartbit: {reason}\n")
        return 2
    with launched:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        run = import_module("heartbit_tui.tui.start").run
        return run(
            lambda: replace(around.options, surface="tui", ephemeral=True),
            launched,
            "",
            connect,
            folder=str(around.cwd),
        )
