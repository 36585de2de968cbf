"""A child process whose output is read record by record, and which is ended as soon as enough is known."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

_CHUNK = 1 << 16
_FED_RECORDS = 512
_TOLD_BYTES = 4096

Ended: TypeAlias = Literal["finished", "enough", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a child ended: by itself, because enough was known, or because its time was over."""

    ended: Ended
    status: int
    errors: str


async def follow(
    command: Sequence[str],
    take: Callable[[bytes], bool],
    *,
    separator: bytes,
    seconds: float,
    feed: Iterable[bytes] = (),
) -> Outcome:
    """Run a command and hand each record of its output to `take`, until that answers False or time is over.

    `feed` goes to its input, a NUL after each. It runs with no shell and no terminal, and never outlives this call.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    ended: Ended = "finished"
    feeding = asyncio.ensure_future(_feed(process, feed))
    try:
        async with asyncio.timeout(seconds):
            if not await _read(process, take, separator):
                ended = "enough"
    except TimeoutError:
        ended = "late"
    finally:
        feeding.cancel()
        await asyncio.wait([feeding])
        errors = await _end(process, kill=ended != "finished" or not _at_end(process))
    return Outcome(ended=ended, status=process.returncode or 0, errors=errors)


def _at_end(process: asyncio.subprocess.Process) -> bool:
    return process.stdout is not None and process.stdout.at_eof()


async def _feed(process: asyncio.subprocess.Process, records: Iterable[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        held: list[bytes] = []
        for record in records:
            held.append(record + b"\0")
            if len(held) == _FED_RECORDS:
                process.stdin.write(b"".join(held))
                held.clear()
                await process.stdin.drain()
        process.stdin.write(b"".join(held))
        await process.stdin.drain()
        process.stdin.close()


async def _read(process: asyncio.subprocess.Process, take: Callable[[bytes], bool], separator: bytes) -> bool:
    assert process.stdout is not None
    held = b""
    while chunk := await process.stdout.read(_CHUNK):
        *whole, held = (held + chunk).split(separator)
        for record in whole:
            if not take(record):
                return False
    return not held or take(held)


async def _end(process: asyncio.subprocess.Process, *, kill: bool) -> str:
    if kill and process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    _, errors = await process.communicate()
    return errors[:_TOLD_BYTES].decode("utf-8", "replace")
