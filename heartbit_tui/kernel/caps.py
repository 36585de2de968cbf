"""How much money may be spent before a person is asked: in a run, in a session, in a day."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import CapChanged, Envelope, ModelCalled
from heartbit_tui.kernel.ops import Period

NO_CAPS: Mapping[Period, float] = MappingProxyType({})


async def nobody(day: date) -> float:
    """Nothing was spent elsewhere."""
    return 0.0


def local_day(at: datetime) -> date:
    """The day that a moment belongs to, on the person's own clock."""
    return at.astimezone().date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A cap that was passed, in US dollars."""

    period: Period
    used: float
    cap: float


class Caps:
    """What may be spent and what was, by period; money whose price is unknown counts nothing.

    The cap of a run is the agent's own limit until a person changes it here. `elsewhere` tells what was spent on a day
    by all but this process's work in this session: other sessions, and this one before it was opened.
    """

    def __init__(
        self,
        caps: Mapping[Period, float] = NO_CAPS,
        *,
        elsewhere: Callable[[date], Awaitable[float]] = nobody,
        day_of: Callable[[datetime], date] = local_day,
    ) -> None:
        self.asking = asyncio.Lock()
        """Held while a person is asked, so that agents that work side by side ask one question."""
        self._caps: dict[Period, float | None] = {**caps}
        self._elsewhere = elsewhere
        self._day_of = day_of
        self._session = 0.0
        self._today: tuple[date | None, float] = (None, 0.0)
        self._others: tuple[date | None, float] = (None, 0.0)

    def recall(self, envelope: Envelope) -> None:
        """Count an envelope of the log that was there before this process; its day is told by `elsewhere`."""
        if isinstance(envelope.event, ModelCalled):
            self._session += envelope.event.cost_usd or 0.0

    def take(self, envelope: Envelope) -> None:
        """Take note of an envelope as it is published."""
        match envelope.event:
            case ModelCalled(cost_usd=cost):
                self._session += cost or 0.0
                day = self._day_of(envelope.at)
                self._today = (day, self._own(day) + (cost or 0.0))
            case CapChanged(period=period, usd=usd):
                self._caps[period] = usd
            case _:
                pass

    async def look(self, now: datetime) -> None:
        """Find out what was spent elsewhere today, where that matters."""
        if self._caps.get("day") is not None:
            day = self._day_of(now)
            self._others = (day, await self._elsewhere(day))

    def cap(self, period: Period, usual: float | None = None) -> float | None:
        """What may be spent in a period, None for any amount; `usual` holds where nobody said anything else."""
        return self._caps.get(period, usual)

    def used(self, period: Period, now: datetime, run: float = 0.0) -> float:
        """What was spent in a period; `run` is what the active run has spent."""
        if period == "run":
            return run
        if period == "session":
            return self._session
        day, others = self._others
        return self._own(self._day_of(now)) + (others if day == self._day_of(now) else 0.0)

    def reached(self, now: datetime, run: float, usual: float | None) -> tuple[Reached, ...]:
        """The caps that were passed (strictly more was spent), the narrowest first."""
        periods: tuple[Period, ...] = ("run", "session", "day")
        found: list[Reached] = []
        for period in periods:
            cap = self.cap(period, usual if period == "run" else None)
            if cap is not None and (used := self.used(period, now, run)) > cap:
                found.append(Reached(period=period, used=used, cap=cap))
        return tuple(found)

    def _own(self, day: date) -> float:
        known, spent = self._today
        return spent if known == day else 0.0
