"""Runs a command of the person's own and shows its output as it comes."""

import asyncio
import codecs
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Self

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.environment import for_commands
from heartbit_tui.tools.shell import Shell
from heartbit_tui.tools.warden import Warden
from heartbit_tui.tui.shell.child import Child, Plain
from heartbit_tui.tui.shell.hints import refused
from heartbit_tui.tui.shell.kept import TAIL_BYTES, Kept, settled

STOPPED = 130
"""The exit code of a command that the person stopped, as a shell gives it for Ctrl+C."""

NOT_STARTED = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that has ended; `output` is its beginning and its end, `hidden` ones the model never sees."""

    command: str
    output: str
    code: int
    hidden: bool = False
    stopped: bool = False


class Console:
    """Starts commands in one folder. `secrets` names the variables that they do not get to see."""

    def __init__(self, directory: Path, environment: Mapping[str, str], *, secrets: Collection[str] = ()) -> None:
        self._directory = directory
        self._environment = for_commands(environment, secrets)
        self._bash = shutil.which("bash", path=environment.get("PATH"))
        self._sh = shutil.which("sh", path=environment.get("PATH")) or "/bin/sh"
        self._warden = Warden(self._bash, self._environment) if self._bash else None

    def command(self, text: str, *, hidden: bool = False) -> "Running":
        """A command, ready to be entered with `async with`; leaving that ends all that it started."""
        return Running(text, self._child, self._directory, hidden=hidden, warden=self._warden)

    def _child(self) -> Child:
        if self._bash is None:
            return Plain(self._sh, self._environment)
        return Shell(self._bash, self._environment, self._directory)


class Running:
    """A command while it runs: an async iterator of what it writes, and `ran` once that is over.

    One that is stopped before it is entered is never started.

    Used by one task. Output that nobody has taken yet is held within bounds, the rest of it counted.
    """

    def __init__(
        self, command: str, child: Callable[[], Child], directory: Path, *, hidden: bool, warden: Warden | None
    ) -> None:
        self.command = command
        self.hidden = hidden
        self._new = child
        self._directory = directory
        self._warden = warden
        self._child: Child | None = None
        self._ending: asyncio.Task[None] | None = None
        self._stir = asyncio.Event()
        self._kept = Kept()
        self._fresh = Kept(0, TAIL_BYTES)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stopped = False
        self._failed = False
        self._status = 0

    async def __aenter__(self) -> Self:
        if self._stopped:
            return self
        try:
            await self._begin()
        except (OSError, ValueError) as error:
            self._failed = True
            self._receive(_unstarted(self._directory, error).encode("utf-8", "replace"))
            await self._finish()
        except BaseException:
            await self._finish()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._finish()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            self._stir.clear()
            if text := self._taken():
                return text
            if self._child is None:
                if text := self._decoder.decode(b"", final=True):
                    return text
                raise StopAsyncIteration
            if self._stopped or (self._ending is not None and self._ending.done()):
                await self._finish()
            else:
                await self._stir.wait()

    def stop(self) -> None:
        """End the command and all that it started; the iterator gives what is left of its output, and ends."""
        self._stopped = True
        self._stir.set()

    @property
    def ran(self) -> Ran:
        """How it ended; before that, how it stands now."""
        return Ran(
            command=self.command,
            output=settled(self._kept.text()),
            code=self._code,
            hidden=self.hidden,
            stopped=self._stopped,
        )

    @property
    def _code(self) -> int:
        if self._failed:
            return NOT_STARTED
        return STOPPED if self._stopped else self._status

    async def _begin(self) -> None:
        if refusal := refused(self.command):
            raise ValueError(refusal)
        self._child = child = self._new()
        if self._warden is not None and isinstance(child, Shell):
            self._warden.watch(child.family)
        await child.begin(self._directory, self.command, self._receive)
        self._ending = asyncio.create_task(child.ended())
        self._ending.add_done_callback(lambda _: self._stir.set())

    async def _finish(self) -> None:
        """End what is left; a second time does nothing."""
        child, self._child = self._child, None
        if child is None:
            return
        try:
            outlived = await child.finish()
            if outlived and not self._stopped:
                self._receive(_outlived(outlived).encode())
        finally:
            self._status = child.status
            if self._ending is not None:
                self._ending.cancel()
            if self._warden is not None and isinstance(child, Shell):
                self._warden.release(child.family)
        self._stir.set()

    def _receive(self, data: bytes) -> None:
        self._kept.add(data)
        self._fresh.add(data)
        self._stir.set()

    def _taken(self) -> str:
        """What came since the last time."""
        fresh, self._fresh = self._fresh, Kept(0, TAIL_BYTES)
        if not fresh.left_out:
            return self._decoder.decode(fresh.data)
        self._decoder.reset()
        return fresh.text()


def _unstarted(directory: Path, error: Exception) -> str:
    told = str(error) if isinstance(error, ValueError) else f"The command could not be started in {directory}: {error}"
    return f"{told}\n"


def _outlived(count: int) -> str:
    if count == 1:
        return "\n(1 background process was stopped)\n"
    return f"\n({count} background processes were stopped)\n"
