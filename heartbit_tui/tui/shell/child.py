"""A process of the person's own: in bash with the care that the agent's commands get, in sh without the finer part."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

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


class Plain(asyncio.SubprocessProtocol):
    """A process group with `sh` in it, for a system that has no bash."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment
        self._transport: asyncio.SubprocessTransport | None = None
        self._receive: Callable[[bytes], None] = _ignore
        self._exited = asyncio.Event()
        self._silent = asyncio.Event()

    async def begin(self, directory: Path, script: str, receive: Callable[[bytes], None]) -> None:
        """Run the script in this directory; `receive` gets the output as it comes."""
        self._receive = receive
        self._transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: self,
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

    async def ended(self) -> None:
        """Wait until the shell ends."""
        await self._exited.wait()

    async def finish(self) -> int:
        """End the group, politely at first; how many outlived the shell is not known here."""
        if self._transport is None:
            return 0
        try:
            if not self._exited.is_set():
                self._send(signal.SIGTERM)
            await self._silence(_LINGER if self._exited.is_set() else _GRACE)
        finally:
            self._send(signal.SIGKILL)
            await self._silence(_GRACE)
            self._transport.close()
        return 0

    @property
    def status(self) -> int:
        """What the shell ended with; 128 and the number of the signal where one ended it."""
        code = self._transport.get_returncode() if self._transport else None
        return 0 if code is None else 128 - code if code < 0 else code

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Some output."""
        self._receive(data)

    def process_exited(self) -> None:
        """The shell has ended."""
        self._exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The shell has ended, and nobody is left who could write."""
        self._silent.set()

    async def _silence(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._silent.wait()

    def _send(self, kind: signal.Signals) -> None:
        if self._transport is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._transport.get_pid(), kind)


def _ignore(data: bytes) -> None:
    """Where output goes before anybody asked for it."""
