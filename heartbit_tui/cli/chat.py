"""`heartbit chat`: a conversation, line by line."""

import sys
from argparse import Namespace

from heartbit_tui.cli.options import options
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.repl.app import main as converse


def main(values: Namespace) -> int:
    """Converse until the person leaves; the exit code."""
    try:
        given = options(values, surface="repl", on_ask="person")
    except UsageError as error:
        sys.stderr.write(f"heartbit: {error}\n")
        return 2
    return converse(given, plain=values.plain)
