"""What the tool that runs commands needs of a sandbox, and how what runs in one is recognised."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from heartbit_tui.kernel.protocols import CallContext
from heartbit_tui.tools.processes import Family, in_session

Launch = Callable[[Sequence[str], Mapping[str, str]], subprocess.Popen[bytes]]

RULE = "sandbox"
QUESTION = (
    "It ran in the sandbox and failed, seemingly because {refused}. If you allow it, it runs once more from its beginning, "
    "outside of the sandbox: with your rights, your files and your network. Every lasting answer is for exactly this "
    "command, until this session ends."
)
PROPOSAL = "{command}"
"""What a lasting answer would remember, as it is shown."""

_MOST_BYTES = 4096
_FIRST = re.compile(rb'"child-pid": *(\d+)')


class Arrangement(Protocol):
    """A sandbox for one command; equal to a later one as long as nothing that they rest on was changed."""

    @property
    def has_first(self) -> bool:
        """Whether all processes of the sandbox end with its first one."""
        ...

    def start(self, inner: Sequence[str], info: int, launch: Launch) -> subprocess.Popen[bytes]:
        """Start `inner` in it; `launch` starts a command line with some variables more. Raises `OSError`.

        Where it has a first process, `{"child-pid": …}` is written to the descriptor `info`.
        """
        ...


class Confinement(Protocol):
    """Sandboxes for commands."""

    def arranged(self) -> Arrangement:
        """The sandbox for a command that starts now."""
        ...

    @property
    def name(self) -> str:
        """What the sandbox is called."""
        ...

    @property
    def asks(self) -> bool:
        """Whether a person may be asked to let a command run outside."""
        ...

    def refused(self, output: str, directory: str) -> str:
        """What the sandbox kept a failed command from that began in this folder; empty where nothing shows it."""
        ...


class Outside:
    """What a person decided about command lines that a sandbox kept from something; it is asked about each once.

    A remembered answer is for the very same command line begun in the same folder, as long as this object lives.
    """

    def __init__(self) -> None:
        self._lasting: dict[tuple[str, str], bool] = {}

    def remembers(self, command: str, folder: str) -> bool | None:
        """Whether it runs outside without a question; None where nothing is known."""
        return self._lasting.get((command, folder))

    async def ask(self, command: str, folder: str, refused: str, context: CallContext) -> bool:
        """Ask a person, where no answer is known yet; a no is remembered too."""
        if (known := self.remembers(command, folder)) is not None:
            return known
        proposal = PROPOSAL.format(command=command)
        decision = await context.approve(QUESTION.format(refused=refused), rule=RULE, proposal=proposal)
        allowed = decision is not None
        if decision is None or (decision.scope != "once" and decision.pattern in ("", proposal)):
            self._lasting[command, folder] = allowed
        return allowed


class Keeper:
    """The first process of a sandbox. It is known a moment after the sandbox was started."""

    def __init__(self, source: int) -> None:
        os.set_blocking(source, False)
        self._source = source
        self._told = b""

    def pid(self) -> int:
        """Its id; 0 as long as none is known."""
        if not _FIRST.search(self._told):
            with suppress(BlockingIOError):
                self._told += os.read(self._source, _MOST_BYTES)
        found = _FIRST.search(self._told)
        return int(found[1]) if found else 0

    def lives(self, family: Family) -> bool:
        """Whether it may still live; True as well where it is not known."""
        pid = self.pid()
        return not pid or in_session(family, pid)

    def close(self) -> None:
        """Look no more."""
        os.close(self._source)
