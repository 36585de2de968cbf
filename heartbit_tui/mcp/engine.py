"""An event loop in a thread of its own: whatever servers send, and however long it takes to read, sessions go on."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from heartbit_tui.mcp.types import ServerError

T = TypeVar("T")
CLOSED = "the session is being closed"
PATIENCE = 3.0
"""Seconds in which what goes on in it has to end; longer than any child takes to be killed."""


class Engine:
    """Starts with the first thing that is wanted of it; `close` ends all that goes on in it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._kept = set[asyncio.Task[None]]()
        self._closed = False

    @property
    def runs(self) -> bool:
        """Whether it was started and not closed yet."""
        return self._loop is not None and not self._closed

    async def start(self) -> None:
        """Return once the thread is there. Raises `ServerError` where this is closed."""
        if self._closed:
            raise ServerError(CLOSED)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mcp", daemon=True)
            self._thread.start()
        await asyncio.to_thread(self._ready.wait)

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on until this is closed; to be called in there."""
        task = asyncio.get_running_loop().create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)

    def post(self, act: Callable[[], None]) -> None:
        """Do something short in there soon."""
        if self.runs:
            with suppress(RuntimeError):  # it is closed by now
                self._in().call_soon_threadsafe(act)

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in there and wait for what comes of it; cancelling this cancels it. Raises `ServerError`."""
        if not self.runs:
            raise ServerError(CLOSED)
        try:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), self._in()))
        except asyncio.CancelledError:
            if self._closed:
                raise ServerError(CLOSED) from None
            raise

    async def close(self) -> None:
        """End all that goes on in there, and return once it has or its time is over."""
        self._closed = True
        if self._thread is None:
            return
        await asyncio.to_thread(self._ready.wait)  # one that is just being started has to be told, too
        if self._stop is not None:
            with suppress(RuntimeError):
                self._in().call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join, 2 * PATIENCE)

    def _in(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None
        return self._loop

    def _work(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(_unheard)
        self._ready.set()
        await self._stop.wait()
        # Each is ended by itself, and ends what it began: all tasks at once would be in each other's way.
        for task in self._kept:
            task.cancel()
        if self._kept:
            await asyncio.wait(self._kept, timeout=PATIENCE)


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task of the SDK's that failed on its own: what needs it hears of it; nothing is written to a terminal."""
