"""Finds the command, imports its file and runs it."""

import errno
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise

from heartbit_tui.cli.front import HELP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from heartbit_tui.cli.lookup import UsageFault
    from heartbit_tui.cli.spec import Command
    from heartbit_tui.tui.launch.launched import Launched

HELD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""Signals that wait until the command can handle them."""

HEADLESS = ("run", "workflow_run")
"""The files that handle signals themselves, from the first moment on."""

USAGE = 2
STDOUT_GONE = 141
STDOUT_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
UNWRITTEN = "heartbit: what it has to say could not be written: {why}.\n"


def main(words: Sequence[str]) -> int:
    """Run what the words say; the exit code."""
    _open_missing_files()
    try:
        if list(words) in (["--help"], ["-h"], ["help"]):
            return _told(HELP)
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
        return _run(words) if words else _bare()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return _without_stdout(STDOUT_GONE)
    except OSError as error:
        if error.errno not in STDOUT_FULL or error.filename:
            raise
        sys.stderr.write(UNWRITTEN.format(why=error.strerror))
        return _without_stdout(1)


def _without_stdout(code: int) -> int:
    """The code, with nobody left for what is still to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return code


def _bare() -> int:
    """`heartbit` alone: at a terminal the first frame is painted before anything else."""
    if not _attended():
        return _run(())
    from heartbit_tui.cli import screen

    try:
        launched = screen.first_frame()
    except screen.NoScreen as reason:
        return screen.refused(reason)
    if launched is None:
        return _run(())
    with launched:
        return _run((), launched)


def _run(words: Sequence[str], launched: "Launched | None" = None) -> int:
    from heartbit_tui.cli import lean, lookup, parser

    began = time.monotonic()
    try:
        meant = lookup.find(words)
        if {"-h", "--help"} & set(_before_task(meant.rest)):
            return _told(parser.help_of(meant.command, meant.others))
        values = parser.parse(meant.command, meant.rest)
    except lookup.UsageFault as fault:
        return _refused(fault, words)
    values.command, values.began = meant.command.name, began
    lean.leave_out()
    gc.disable()  # what imports leave behind is not garbage; looking for some takes 30 ms
    module = _module(meant.command, values)
    entry: Callable[[Namespace], int] = import_module(f"heartbit_tui.cli.{module}").main
    if module == "screen":
        values.launched = launched
    elif module not in HEADLESS:
        gc.enable()
        _let_signals_in()
    code = entry(values)
    _let_stderr_go()
    sys.stdout.flush()
    return code


def _module(command: "Command", values: "Namespace") -> str:
    """The file of a command; a task of a person at a terminal is the screen's."""
    if command.module != "run" or not _attended():
        return command.module
    from heartbit_tui.cli import screen

    return "screen" if screen.wanted(values) else "run"


def _attended() -> bool:
    """Whether a person is at both ends: stdin and stdout are terminals."""
    return os.isatty(0) and os.isatty(1)


def _refused(fault: "UsageFault", words: Sequence[str]) -> int:
    """Say what is wrong, in the form in which the answer would have come."""
    wanted = wanted_format(words)
    if wanted != "text":
        from heartbit_tui.cli.run import refuse

        return refuse(str(fault), wanted)
    name = fault.command.name if fault.command else ""
    sys.stderr.write(f"heartbit: {fault}\nFor help: heartbit {f'{name} ' if name else ''}--help\n")
    return USAGE


def wanted_format(words: Sequence[str]) -> str:
    """The output format that a command line asks for, as far as can be seen where it is not understood."""
    before = _before_task(words)
    if "--json" in before:
        return "stream-json"
    asked = [word.partition("=")[2] for word in before if word.startswith("--output-format=")]
    asked += [after for word, after in pairwise(before) if word == "--output-format"]
    return asked[-1] if asked and asked[-1] in ("json", "stream-json") else "text"


def _before_task(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index("--")] if "--" in words else words


def _told(text: str) -> int:
    sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def _let_stderr_go() -> None:
    """What stderr cannot take any more, since its terminal was closed, makes no failure of what went well."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _let_signals_in() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)


def _open_missing_files() -> None:
    """Give a process that was started without stdin, stdout or stderr something that answers in their place.

    Otherwise the next file that is opened would be taken for one of them.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115 - it stays open
