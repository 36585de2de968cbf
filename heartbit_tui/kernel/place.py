"""A call's place among those that work side by side, and what a tool sees of the session while it has it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Ask


class Place:
    """Held while a call works, within its time; both stand still while the call waits for a person."""

    def __init__(self, places: asyncio.Semaphore, seconds: float | None) -> None:
        self._places = places
        self._time = asyncio.timeout(seconds)
        self._waiters = 0
        self._left: float | None = None
        self.seconds = seconds or 0.0

    @property
    def expired(self) -> bool:
        """Whether the time is over."""
        return self._time.expired()

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        """Wait for a place and have it in here."""
        await self._places.acquire()
        try:
            yield
        finally:
            if not self._waiters:
                self._places.release()

    def timed(self) -> asyncio.Timeout:
        """Work in here. Raises `TimeoutError` when the time is over."""
        return self._time

    @asynccontextmanager
    async def waiting(self) -> AsyncGenerator[None]:
        """Wait for a person in here; somebody else may have the place meanwhile."""
        self._waiters += 1
        if self._waiters == 1:
            self._stop()
        yield
        if self._waiters == 1:
            await self._places.acquire()
            self._go_on()
        self._waiters -= 1

    def _stop(self) -> None:
        end = self._time.when()
        self._left = None if end is None else end - asyncio.get_running_loop().time()
        self._time.reschedule(None)
        self._places.release()

    def _go_on(self) -> None:
        if self._left is not None:
            self._time.reschedule(asyncio.get_running_loop().time() + self._left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a tool sees of the session during one call."""

    host: Host
    agent: str
    call_id: str
    place: Place
    places: Mapping[str, str]
    more: Callable[[Ask], Awaitable[Decide | None]]

    def emit(self, event: Event) -> None:
        """Publish an event under the agent's name."""
        self.host.emit(event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        """Ask a person and wait."""
        async with self.place.waiting():
            return await self.host.ask(questions, self.call_id)

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        """Ask a person to let this call do more than it was allowed, and wait."""
        async with self.place.waiting():
            return await self.more(Ask(reason=reason, rule=rule, proposal=proposal))
