"""What the tool that runs commands needs of a sandbox, and how what runs in one is recognised."""

import asyncio
import os
import re
import subprocess
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from heartbit_tui.kernel.protocols import CallContext, Output
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

PROTECTED = "protected files"
KEEP = (
    "The command made, changed or removed {names}, which decides what runs or what is allowed outside of the sandbox. It was "
    "put back as it was before; if you allow it, what the command did stands."
)
UNDONE = (
    "(This command made, changed or removed {names}, which decides what runs outside of the sandbox. That was undone. Use the "
    "file tools for such a change, so that a person can see and approve it.)"
)
STANDS = "(This command made, changed or removed {names}; the person let that stand.)"
_MOST_NAMES = 5

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

    def held(self) -> Any:
        """What decides what runs in the workspace now, for `undo`. Blocks for some milliseconds."""
        ...

    def accepted(self, held: Any, paths: Collection[str]) -> Any:
        """The same with these paths as they are now."""
        ...

    def undo(self, held: Any) -> Mapping[str, Any]:
        """Put back what was made or changed of it since; what was, by path, empty where nothing was."""
        ...

    def keep(self, made: Any, folder: Path) -> Mapping[str, str]:
        """Copy into this folder what `undo` took away; the copies by path, empty for what had been removed."""
        ...

    def redo(self, made: Mapping[str, Any]) -> None:
        """Let stand after all what `undo` took away."""
        ...

    def refused(self, output: str, directory: str) -> str:
        """What the sandbox kept a failed command from that began in this folder; empty where nothing shows it."""
        ...


async def watched(
    inside: Confinement,
    run: Callable[[Any], Awaitable[Output]],
    context: CallContext,
    stands: Callable[[Collection[str]], None],
) -> Output:
    """Run a command, undo what it did to what decides what runs, and ask a person whether that may stand.

    `run` gets what `held` gave before it, `stands` is told what may.
    """
    held = await asyncio.to_thread(inside.held)
    try:
        done = await run(held)
    except asyncio.CancelledError:
        inside.undo(held)
        raise
    made = await asyncio.to_thread(inside.undo, held)
    if not made:
        return done
    names = ", ".join(tuple(made)[:_MOST_NAMES]) + (f" and {len(made) - _MOST_NAMES} more" * (len(made) > _MOST_NAMES))
    if await context.approve(KEEP.format(names=names), rule=PROTECTED) is None:
        return noted(replace(done, is_error=True), UNDONE.format(names=names))
    await asyncio.to_thread(inside.redo, made)
    stands(made)
    return noted(done, STANDS.format(names=names))


def noted(done: Output, note: str) -> Output:
    """The output with a word before its outcome, which stays last."""
    text, _, outcome = done.content.rpartition("\n\n")
    return replace(done, content=f"{text}\n\n{note}\n\n{outcome}")


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
