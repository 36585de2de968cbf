"""Commands of persons that the log tells of, because the session is another process's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from heartbit_tui.kernel.events import CommandEnded, CommandStarted
from heartbit_tui.tui.shell.kept import settled
from heartbit_tui.tui.transcript.blocks import Block, Shell

STOPPED: Final = 130
"""The exit code of what was stopped, as a shell gives it for Ctrl+C."""

PROGRESS: Final = 64 << 10
"""Characters of a running command's output that are kept, its end."""

LOST: Final = "(heartbit ended while this ran)"


def find(blocks: Sequence[Block], id: str) -> Shell | None:
    """The command with this id; None where there is none."""
    return next((each for each in reversed(blocks) if isinstance(each, Shell) and each.id == id and id), None)


def after(shell: Shell | None, event: CommandStarted | CommandEnded) -> Shell:
    """The command once this is known of it; what a guest knows of a hidden one of their own stays."""
    match event:
        case CommandStarted(id=id, command=command):
            return shell or Shell(id=id, command=command)
        case CommandEnded(id=id):
            known = shell or Shell(id=id, command="")
            return replace(known, output=settled(event.output) or _left(known, event), code=code(event))


def wrote(shell: Shell, text: str) -> Shell:
    """The command once it has written this."""
    return replace(shell, output=settled(shell.output + text)[-PROGRESS:])


def over(shell: Shell, output: str, code: int) -> Shell:
    """The command once it has ended."""
    return replace(shell, output=output, code=code)


def code(event: CommandEnded) -> int:
    """What a command ended with."""
    return STOPPED if event.exit_code is None else event.exit_code


def _left(known: Shell, event: CommandEnded) -> str:
    return "\n".join(filter(None, (known.output, LOST))) if event.how == "lost" else known.output
