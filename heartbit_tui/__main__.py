"""The command `heartbit`: the version is told at once, everything else is the command line's."""

import sys

from heartbit_tui import __version__


def main() -> int:
    """Run the command line of this process; the exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"heartbit {__version__}\n")
        return 0
    from heartbit_tui.cli.main import main as command_line

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
