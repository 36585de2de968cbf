"""Processes of language servers: with pipes to them, without heartbit's keys, and never left behind."""

import asyncio
import secrets
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from heartbit_tui.tools.environment import for_commands
from heartbit_tui.tools.processes import Family, kill
from heartbit_tui.tools.warden import Warden

MARK = "HEARTBIT_SERVER"
"""The variable by which everything that a server starts can be recognised."""

_CHUNK = 1 << 16
_KEPT = 4_096
"""Bytes of the end of the error output that are kept."""


class Launcher:
    """Starts processes in families that end with this process, even when it is killed."""

    def __init__(self, environment: Mapping[str, str], secret: Collection[str]) -> None:
        self._environment = for_commands(environment, secret)
        self._warden = Warden(shutil.which("bash", path=environment.get("PATH")) or "/bin/bash", self._environment)

    async def __call__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> "Process":
        """Start a command in a folder, with these variables beside the usual ones. Raises `OSError`."""
        mark = secrets.token_hex(8)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._environment, **environment, MARK: mark},
            cwd=folder,
            start_new_session=True,
        )
        family = Family(first=process.pid, mark=f"{MARK}={mark}".encode(), pipes=frozenset())
        with suppress(OSError):  # without bash nobody watches, and the server runs all the same
            self._warden.watch(family)
        return Process(process, family, self._warden)


class Process:
    """One of them; `end` has to be awaited, whatever happened."""

    def __init__(self, process: asyncio.subprocess.Process, family: Family, warden: Warden) -> None:
        self._process = process
        self._family = family
        self._warden = warden
        self._errors = b""
        self._hearing = asyncio.get_running_loop().create_task(self._hear(), name=f"errors of {process.pid}")

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def errors(self) -> str:
        """The end of what it wrote to its error output."""
        return self._errors.decode("utf-8", "replace")

    async def read(self) -> bytes:
        """Some of its output; empty when that has ended."""
        assert self._process.stdout is not None
        return await self._process.stdout.read(_CHUNK)

    def write(self, data: bytes) -> None:
        """Send this as soon as it takes it; nothing happens once it is gone."""
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(data)

    async def ended(self) -> None:
        """Return once it has ended."""
        await self._process.wait()

    async def end(self) -> None:
        """End it at once, with all that it started."""
        await asyncio.to_thread(kill, self._family)
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        self._hearing.cancel()
        await asyncio.wait([self._hearing])
        self._warden.release(self._family)

    async def _hear(self) -> None:
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(_CHUNK):
            self._errors = (self._errors + data)[-_KEPT:]
