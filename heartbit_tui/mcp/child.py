"""A server as a child process: JSON lines on its standard streams, its errors in a file, and nothing of it left in the end."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from heartbit_tui.mcp.types import Command, ServerError

MARK = "HEARTBIT_MCP"
"""The variable by which every descendant of a server can be recognised."""

MOST_LINE = 32 * 1024 * 1024
"""Bytes of one message; a server that sends more without a line's end is not listened to any longer."""

MOST_LOG = 1024 * 1024
"""Bytes of a log from before that are kept when a server is started again."""

GRACE = 0.5
"""Seconds that a server has to end by itself once nobody speaks to it, and again once it is asked to."""

_CHUNK = 1 << 16
_NOISE = 200

Inward = MemoryObjectSendStream[SessionMessage | Exception]
Outward = MemoryObjectReceiveStream[SessionMessage]
Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


class Guardian(Protocol):
    """What ends children for good, also when heartbit itself is killed."""

    def began(self, pid: int, mark: bytes) -> None:
        """This child leads a session of its own, and it and its descendants carry the mark in their environment."""
        ...

    def end(self, pid: int, mark: bytes) -> None:
        """Kill what is left of it, at once; blocks until nothing is."""
        ...


class Child:
    """One server that runs: `closed` is set with the reason once it says no more."""

    def __init__(self, command: Command, log: Path, guardian: Guardian) -> None:
        self._command = command
        self._log = log
        self._guardian = guardian
        self._mark = secrets.token_hex(8)
        self._noise = 0
        self._transport: asyncio.SubprocessTransport | None = None
        self._stopping = False
        self.why = ""
        """Why it ended by itself; empty for one that was told to end."""
        self.closed = asyncio.Event()

    @asynccontextmanager
    async def streams(self, environment: Mapping[str, str]) -> AsyncGenerator[Streams]:
        """Start it; what it says and what it is told. Raises `ServerError`."""
        process = await self._started(environment)
        inward, said = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        telling, outward = anyio.create_memory_object_stream[SessionMessage](0)
        work = [asyncio.create_task(self._hear(process, inward)), asyncio.create_task(_tell(process, outward))]
        try:
            yield said, telling
        finally:
            self._stopping = True
            for stream in (inward, said, telling, outward):
                stream.close()
            with anyio.CancelScope(shield=True):
                await self._stop(process)
                await asyncio.to_thread(self._guardian.end, process.pid, self._full_mark)
                await _gone(process, GRACE)
                for task in work:
                    task.cancel()
                await asyncio.wait(work)
                self._close()

    def _close(self) -> None:
        """Let go of its pipes, which something that outlived it may hold open."""
        if self._transport is not None:
            self._transport.close()

    @property
    def _full_mark(self) -> bytes:
        return f"{MARK}={self._mark}".encode()

    async def _started(self, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
        errors = await asyncio.to_thread(_opened, self._log)
        loop = asyncio.get_running_loop()
        try:
            starting = loop.create_task(self._process(environment, errors))
            try:
                transport, protocol = await asyncio.shield(starting)
            except asyncio.CancelledError:
                await self._end_early(starting)
                raise
        except (OSError, ValueError) as error:
            raise ServerError(f"{self._command.program} cannot be started: {_said(error)}.") from error
        finally:
            os.close(errors)
        self._transport = transport
        self._guardian.began(transport.get_pid(), self._full_mark)
        return asyncio.subprocess.Process(transport, protocol, loop)

    async def _process(
        self, environment: Mapping[str, str], errors: int
    ) -> tuple[asyncio.SubprocessTransport, asyncio.subprocess.SubprocessStreamProtocol]:
        loop = asyncio.get_running_loop()
        return await loop.subprocess_exec(
            partial(asyncio.subprocess.SubprocessStreamProtocol, limit=_CHUNK, loop=loop),
            self._command.program,
            *self._command.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**environment, MARK: self._mark},
            cwd=self._command.folder or None,
            start_new_session=True,
        )

    async def _end_early(self, starting: asyncio.Task[tuple[asyncio.SubprocessTransport, object]]) -> None:
        """Nobody wants the child any more that is just being started."""
        with suppress(OSError, ValueError):
            transport, _ = await starting
            await asyncio.to_thread(self._guardian.end, transport.get_pid(), self._full_mark)
            transport.close()

    async def _hear(self, process: asyncio.subprocess.Process, inward: Inward) -> None:
        assert process.stdout is not None
        held = bytearray()
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while chunk := await process.stdout.read(_CHUNK):
                *lines, rest = chunk.split(b"\n")
                for line in lines:
                    await self._take(bytes(held + line), inward)
                    held.clear()
                held += rest
                if len(held) > MOST_LINE:
                    self.why = f"it sent more than {MOST_LINE // (1024 * 1024)} MB in one line"
                    break
        if not self._stopping:
            self.why = self.why or await _ending(process)
        self.closed.set()
        inward.close()

    async def _take(self, line: bytes, inward: Inward) -> None:
        """Pass a message on; what is no message is noise, of which a little goes into the log."""
        if not line.strip():
            return
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except (ValueError, RecursionError):
            self._noise += 1
            if self._noise <= _NOISE:
                await asyncio.to_thread(_noted, self._log, line)
            return
        await inward.send(SessionMessage(message))

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        process.stdin.close()
        if await _gone(process, GRACE):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, 15)
        await _gone(process, GRACE)


async def _tell(process: asyncio.subprocess.Process, outward: Outward) -> None:
    assert process.stdin is not None
    with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for sent in outward:
            text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode("utf-8", "replace") + b"\n")
            await process.stdin.drain()
    outward.close()


async def _gone(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Whether the process ends in time; its pipes may be held open by others."""
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + seconds, 0.005
    while process.returncode is None and loop.time() < end:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return process.returncode is not None


async def _ending(process: asyncio.subprocess.Process) -> str:
    if not await _gone(process, GRACE):
        return "it closed its output"
    code = process.returncode or 0
    return f"it ended with exit code {code}" if code >= 0 else f"it was ended by signal {-code}"


def _said(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _opened(log: Path) -> int:
    """The log, to be written at its end, without what is too much from before."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        if log.stat().st_size > MOST_LOG:
            log.write_bytes(log.read_bytes()[-MOST_LOG // 2 :])
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _noted(log: Path, line: bytes) -> None:
    with suppress(OSError), log.open("ab") as file:
        file.write(b"[no message] " + line[:_NOISE] + b"\n")
