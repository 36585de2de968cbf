"""`heartbit acp`: the Agent Client Protocol over standard input and output, for editors."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib.util import find_spec
from types import MappingProxyType

from heartbit_tui.cli import auth
from heartbit_tui.cli.options import options
from heartbit_tui.cli.told import attempt
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options

APP = "heartbit_tui.acp.app:main"
ABSENT_LIBRARY = "`heartbit acp` needs the package agent-client-protocol: pip install 'heartbit-tui[acp]'"
ABSENT = MappingProxyType({"continue": False, "resume": None, "session": None, "fork": False})
"""The flags that name a session: here the client does."""


def main(values: Namespace) -> int:
    """Serve the client until it goes; the exit code."""
    if values.login is not None:
        values.provider, values.command = values.login or "anthropic", "auth login"
        return auth.main(values)
    vars(values).update(ABSENT)
    code = attempt(lambda: _serve(values))
    sys.stderr.flush()
    os._exit(code)  # a client that has stopped reading would keep the thread that writes to it, and so the process


def _serve(values: Namespace) -> int:
    if find_spec("acp") is None:
        raise UsageError(ABSENT_LIBRARY)
    given = options(values, surface="acp", on_ask="person")
    serve: Callable[[Options], int] = plugins.resolve(APP)
    return serve(given)
