"""What the model is told of the commands that a person ran, with the person's next prompt."""

import re
from collections.abc import Sequence

from heartbit_tui.client.shared import heading
from heartbit_tui.tui.shell.kept import missing
from heartbit_tui.tui.shell.running import Ran

MOST_BYTES = 30_000
"""How much is told in all; each command gets its part of it."""

_COMMAND_BYTES = 2_000
_TICKS = re.compile("`{3,}")
_MOST_TICKS = 20
_LONG_TICKS = re.compile(f"`{{{_MOST_TICKS + 20},}}")


def as_context(rans: Sequence[Ran]) -> str:
    """The commands with their exit codes and output, fenced; empty where there is none that the model may see."""
    shared = [ran for ran in rans if not ran.hidden]
    if not shared:
        return ""
    head = heading()
    room = (MOST_BYTES - len(head.encode())) // len(shared)
    return "\n\n".join((head, *(_told(ran, room) for ran in shared)))


def _told(ran: Ran, room: int) -> str:
    ended = "stopped by the user" if ran.stopped else f"exit code {ran.code}"
    command = cut(ran.command, min(_COMMAND_BYTES, room // 4))
    frame = len(command.encode("utf-8", "replace")) + 100
    output = cut(ran.output.strip("\n") or "(no output)", max(room - frame, 0))
    text = _LONG_TICKS.sub(_counted, f"$ {command}\n{output}\n({ended})")
    ticks = max((len(each) for each in _TICKS.findall(text)), default=2) + 1
    return f"{'`' * ticks}\n{text}\n{'`' * ticks}"


def _counted(ticks: re.Match[str]) -> str:
    """A row of ticks that would need a fence as long as itself."""
    return f"{'`' * _MOST_TICKS} [{len(ticks.group()) - _MOST_TICKS} more]"


def cut(text: str, size: int) -> str:
    """The beginning and the end of `text`, in UTF-8 at most about `size` bytes, and what is missing between."""
    data = text.encode("utf-8", "replace")
    if len(data) <= size:
        return data.decode("utf-8")
    note = missing(len(data) - size)
    part = max(size - len(note) - 2, 0) // 2
    head = data[:part].decode("utf-8", "ignore")
    tail = data[len(data) - part :].decode("utf-8", "ignore")
    return f"{head}\n{note}\n{tail}"
