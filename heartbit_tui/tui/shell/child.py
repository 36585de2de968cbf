"""A process of the person's own: in bash with the care that the agent's commands get, in sh without the finer part."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_CHUNK = 65_536
_LINGER = 0.1
_GRACE = 0.6


class Child(Protocol):
    """A shell that runs one script; `heartbit_tui.tools.shell.Shell` is one."""

    async def begin(self, directory: Path, script: str, receive: Callable[[bytes], None]) -> None:
        """Run the script in this directory; `receive` gets the output as it comes."""
        ...

    async def ended(self) -> None:
        """Wait until the shell ends; what it started may still run."""
        ...

    async def finish(self) -> int:
        """End what is left, politely at first, and return how many processes outlived the shell."""
        ...

    @property
    def status(self) -> int:
        """What the shell ended with, after `finish`."""
        ...


class Plain:
    """A process group with `sh` in it, for a system that has no bash."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def begin(self, directory: Path, script: str, receive: Callable[[bytes], None]) -> None:
        """Run the script in this directory; `receive` gets the output as it comes."""
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            "-c",
            script,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=directory,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._reading = asyncio.create_task(_read(self._process.stdout, receive))

    async def ended(self) -> None:
        """Wait until the shell ends."""
        assert self._process is not None
        await self._process.wait()

    async def finish(self) -> int:
        """End the group, politely at first; how many outlived the shell is not known here."""
        if self._process is None or self._reading is None:
            return 0
        try:
            if self._process.returncode is None:
                self._send(signal.SIGTERM)
                await asyncio.wait([self._reading], timeout=_GRACE)
            else:
                await asyncio.wait([self._reading], timeout=_LINGER)
        finally:
            self._send(signal.SIGKILL)
        await asyncio.wait([self._reading], timeout=_GRACE)
        self._reading.cancel()
        await self._process.wait()
        return 0

    @property
    def status(self) -> int:
        """What the shell ended with; 128 and the number of the signal where one ended it."""
        code = self._process.returncode if self._process else None
        return 0 if code is None else 128 - code if code < 0 else code

    def _send(self, kind: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, kind)


async def _read(source: asyncio.StreamReader, receive: Callable[[bytes], None]) -> None:
    while data := await source.read(_CHUNK):
        receive(data)
