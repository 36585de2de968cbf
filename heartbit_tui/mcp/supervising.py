"""One server kept alive: connected, listed, connected again when it dies, and never waited for longer than is set."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from heartbit_tui.kernel.events import Question
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.mcp.types import (
    Answers,
    Around,
    BrokenError,
    Completed,
    Connect,
    ExpiredError,
    Link,
    Offer,
    Phase,
    Progress,
    Result,
    Server,
    ServerError,
    Wish,
)

T = TypeVar("T")
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before each new attempt to connect by itself; then it is tried again only when a call needs it."""

SETTLED = 60.0
"""Seconds after which a connection that has lasted so long counts as good: pauses begin anew."""

CALM = 0.5
"""Seconds in which a server that says again and again that its lists changed is asked once."""

STOPPED = "The session is being closed."
LATE = "it did not answer within {seconds:g} s"

Tell = Callable[[Phase, str, Offer | None], None]


class Supervised:
    """One server beside the session's loop; `tell` hears how it stands, and what it offers whenever that may be new.

    `run` has to be a task; all else may be called meanwhile, in the same loop.
    """

    def __init__(self, server: Server, connect: Connect, around: Around, tell: Tell, clock: Clock) -> None:
        self.server = server
        self._connect = connect
        self._ask, self._complete = around.ask, around.complete
        complete = self._completes if around.complete is not None else None
        self._around = replace(around, ask=self._asks, complete=complete, changed=self.changed)
        self._limits = set[asyncio.Timeout]()
        self._tell = tell
        self._clock = clock
        self._link: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        self._wanted = asyncio.Event()
        self._stale = asyncio.Event()
        self._drop = asyncio.Event()

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        failures = 0
        while True:
            began = self._clock.monotonic()
            why = await self._once()
            failures = 1 if self._clock.monotonic() - began > SETTLED else failures + 1
            if not self._wanted.is_set():  # else it is connected anew at once, and nobody has to know
                self._tell("failed", why, None)
            await self._pause(failures)

    def want(self) -> None:
        """Connect now, rather than when the next attempt is due."""
        self._wanted.set()

    def renew(self) -> None:
        """Connect anew."""
        self._drop.set()
        self._wanted.set()

    def changed(self) -> None:
        """What the server offers is not as it was."""
        self._stale.set()

    async def call(self, tool: str, input: JsonObject, progress: Progress) -> Result:
        """Call a tool; a connection that turns out to be of no use is made anew once. Raises `ServerError`."""

        def ask(link: Link, heard: Callable[[], None]) -> Awaitable[Result]:
            def told(text: str) -> None:
                heard()
                progress(text)

            return link.call(tool, input, told)

        return await self._asked(ask, again=False)

    async def read(self, uri: str) -> Result:
        """What is at an address. Raises `ServerError`."""
        return await self._asked(lambda link, _: link.read(uri), again=True)

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        """The words of a prompt. Raises `ServerError`."""
        return await self._asked(lambda link, _: link.prompt(name, arguments), again=True)

    async def _asked(self, ask: Callable[[Link, Callable[[], None]], Awaitable[T]], *, again: bool) -> T:
        link = await self._connected()
        try:
            return await self._timed(link, ask)
        except BrokenError as error:
            self._give_up(link)
            if not again and not isinstance(error, ExpiredError):
                raise
        return await self._timed(await self._connected(), ask)

    def _give_up(self, link: Link) -> None:
        """Nobody gets this connection any more."""
        if self._link.done() and self._link.result() is link:
            self._link = asyncio.get_running_loop().create_future()
            self._drop.set()

    async def _timed(self, link: Link, ask: Callable[[Link, Callable[[], None]], Awaitable[T]]) -> T:
        """Ask, and give up after so long a silence; each word about progress begins it anew."""
        seconds = self.server.call_seconds
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds) as limit:
                self._limits.add(limit)
                try:
                    return await ask(link, lambda: limit.reschedule(loop.time() + seconds))
                finally:
                    self._limits.discard(limit)
        except TimeoutError as error:
            raise ServerError(LATE.format(seconds=seconds)) from error

    async def _asks(self, asked: Sequence[Question]) -> Answers:
        """Put a question to the person."""
        with self._paused():
            return await self._ask(asked)

    async def _completes(self, wish: Wish) -> Completed:
        """Have the session's model answer."""
        assert self._complete is not None
        with self._paused():
            return await self._complete(wish)

    @contextmanager
    def _paused(self) -> Generator[None]:
        """No call's time runs in here: it is not the server that is waited for."""
        for limit in self._limits:
            limit.reschedule(None)
        try:
            yield
        finally:
            end = asyncio.get_running_loop().time() + self.server.call_seconds
            for limit in self._limits:
                limit.reschedule(end)

    async def _connected(self) -> Link:
        """The connection; one is made where there is none. Raises `ServerError`."""
        self.want()
        seconds = self.server.start_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._link)
        except TimeoutError as error:
            raise ServerError(LATE.format(seconds=seconds)) from error

    async def _once(self) -> str:
        """One connection, from its beginning to its end; why it ended."""
        self._drop.clear()
        self._wanted.clear()
        self._tell("connecting", "", None)
        try:
            async with self._connect(self.server, self._around) as link:
                self._tell("ready", "", await self._offered(link))
                self._link.set_result(link)
                try:
                    return await self._followed(link)
                finally:
                    if self._link.done():
                        self._link = asyncio.get_running_loop().create_future()
        except ServerError as error:
            return self._failed(error)

    def _failed(self, error: ServerError) -> str:
        """Tell everybody who waits for the connection."""
        waiting, self._link = self._link, asyncio.get_running_loop().create_future()
        if not waiting.done():
            waiting.set_exception(error)
            waiting.exception()  # so that nothing is said where nobody waits
        return str(error)

    async def _offered(self, link: Link) -> Offer:
        try:
            async with asyncio.timeout(self.server.start_seconds):
                return await link.offer()
        except TimeoutError as error:
            raise ServerError(LATE.format(seconds=self.server.start_seconds)) from error

    async def _followed(self, link: Link) -> str:
        """Stay until the connection ends, and ask anew for what is offered when that changes."""
        ended = asyncio.ensure_future(link.ended())
        dropped = asyncio.ensure_future(self._drop.wait())
        stale = asyncio.ensure_future(self._stale.wait())
        try:
            while True:
                await asyncio.wait((ended, dropped, stale), return_when=asyncio.FIRST_COMPLETED)
                if ended.done() or dropped.done():
                    return ended.result() if ended.done() else "the connection was given up"
                await self._clock.sleep(CALM)
                self._stale.clear()
                stale = asyncio.ensure_future(self._stale.wait())
                self._tell("ready", "", await self._offered(link))
        finally:
            for task in (ended, dropped, stale):
                task.cancel()
            await asyncio.wait((ended, dropped, stale))

    async def _pause(self, failures: int) -> None:
        """Wait until the next attempt is due, or somebody wants one."""
        if failures > len(PAUSES):
            await self._wanted.wait()
            return
        waiting = asyncio.ensure_future(self._wanted.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(PAUSES[failures - 1]))
        try:
            await asyncio.wait((waiting, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (waiting, sleeping):
                task.cancel()
            await asyncio.wait((waiting, sleeping))
