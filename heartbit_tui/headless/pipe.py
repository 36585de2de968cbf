"""Writes to a file descriptor in pieces that never block, so that a slow reader holds up nothing but itself."""

import asyncio
import os
import select
import signal
import stat

PIECE = 4096
"""A pipe that says it can be written takes as much as this at once (PIPE_BUF on Linux)."""

HELD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM})
"""Signals wait while a piece is written, so that what is written and what is left always agree."""


class Pipe:
    """One end of a pipe, a terminal or a file; `BrokenPipeError` says that the reader has gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._left = bytearray()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    @property
    def is_fifo(self) -> bool:
        """Whether it is a pipe, whose reader can be seen leaving."""
        return stat.S_ISFIFO(os.fstat(self._descriptor).st_mode)

    @property
    def is_terminal(self) -> bool:
        """Whether a person's terminal shows it."""
        return os.isatty(self._descriptor)

    def add(self, text: str) -> None:
        """Put text behind what is still to be written."""
        self._left += text.encode("utf-8", "replace")

    async def flush(self) -> None:
        """Write all that was added, waiting for the reader where it has to be waited for."""
        while self._left:
            if self._ready(0):
                self._write()
            else:
                await self._writable()

    def flush_now(self, seconds: float) -> None:
        """The same without an event loop; gives up when the reader takes nothing for this long."""
        while self._left and self._ready(seconds):
            self._write()

    def _ready(self, seconds: float) -> bool:
        return bool(self._poll.poll(seconds * 1000))

    def _write(self) -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
        try:
            written = os.write(self._descriptor, self._left[:PIECE])
            del self._left[:written]
        except BlockingIOError:
            pass
        except OSError as error:
            self._left.clear()
            raise BrokenPipeError(error.errno, error.strerror) from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        writable = asyncio.Event()
        loop.add_writer(self._descriptor, writable.set)
        try:
            await writable.wait()
        finally:
            loop.remove_writer(self._descriptor)
