"""Time that a test moves by hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A `Clock` that stands still until `advance` moves it; sleepers wake in the order of their times.

    With `auto` it jumps: each `sleep` returns at once and the time has moved by that much.
    """

    def __init__(self, start: datetime = EPOCH, *, auto: bool = False) -> None:
        self._start = start
        self._seconds = 0.0
        self._auto = auto
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._changed = asyncio.Event()
        self.slept: list[float] = []
        """What was asked of `sleep`, in order."""

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def jump(self, seconds: float) -> None:
        """Set the time of day, forward or back, as a suspension or a person does; who sleeps is not woken by it."""
        self._start += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._auto or seconds <= 0:
            self._seconds += max(seconds, 0.0)
            await asyncio.sleep(0)
            return
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._seconds + seconds, self._count, waker))
        self._changed.set()
        await waker

    @property
    def sleepers(self) -> int:
        """How many are asleep."""
        return sum(not waker.done() for _, _, waker in self._sleepers)

    @property
    def next_in(self) -> float | None:
        """Seconds until the next one wakes; None where nobody sleeps."""
        times = [at for at, _, waker in self._sleepers if not waker.done()]
        return min(times) - self._seconds if times else None

    async def slept_by(self, count: int = 1) -> None:
        """Wait until at least `count` are asleep."""
        while self.sleepers < count:
            self._changed.clear()
            await self._changed.wait()

    async def asked(self, count: int) -> None:
        """Wait until `sleep` was called at least `count` times in all, by somebody who has to wait."""
        while len(self.slept) < count:
            self._changed.clear()
            await self._changed.wait()

    async def advance(self, seconds: float) -> None:
        """Move the time; whoever wakes runs before this returns, and may fall asleep again within the span."""
        await _settle()
        end = self._seconds + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            self._seconds, _, waker = heapq.heappop(self._sleepers)
            if not waker.done():
                waker.set_result(None)
            await _settle()
        self._seconds = end
        await _settle()


async def _settle(rounds: int = 8) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)
