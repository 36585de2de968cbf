"""`heartbit help [COMMAND]`."""

import sys
from argparse import Namespace

from heartbit_tui.cli.commands import BY_NAME
from heartbit_tui.cli.front import HELP
from heartbit_tui.cli.parser import parser_of


def main(values: Namespace) -> int:
    """Print the help of the command that is named, of all that begin with that word, or the first page."""
    wanted = " ".join(values.command_words)
    meant = [command for name, command in BY_NAME.items() if wanted and f"{name} ".startswith(f"{wanted} ")]
    if wanted and not meant:
        sys.stderr.write(f"heartbit: there is no command `{wanted}`.\nFor help: heartbit --help\n")
        return 2
    sys.stdout.write("\n".join(parser_of(command).format_help() for command in meant) or HELP)
    return 0
