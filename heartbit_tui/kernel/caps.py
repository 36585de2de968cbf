"""How much money may be spent before a person is asked: in a run, in a session, in a day."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from heartbit_tui.kernel.events import CapChanged, Envelope, ModelCalled
from heartbit_tui.kernel.ops import Span

NO_CAPS: Mapping[Span, float] = MappingProxyType({})


async def nobody(day: date) -> float:
    """Nothing was spent elsewhere."""
    return 0.0


def local_day(at: datetime) -> date:
    """The day that a moment belongs to, on the person's own clock."""
    return at.astimezone().date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A cap that was passed, in US dollars."""

    span: Span
    used: float
    cap: float


class Caps:
    """What may be spent and what was, by span; money whose price is unknown counts nothing.

    The cap of a run is the agent's own limit until a person changes it here. `elsewhere` tells what was spent on a day
    by all but this process's work in this session: other sessions, and this one before it was opened.
    """

    def __init__(
        self,
        caps: Mapping[Span, float] = NO_CAPS,
        *,
        elsewhere: Callable[[date], Awaitable[float]] = nobody,
        day_of: Callable[[datetime], date] = local_day,
    ) -> None:
        self.asking = asyncio.Lock()
        """Held while a person is asked, so that agents that work side by side ask one question."""
        self._caps: dict[Span, float | None] = {**caps}
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
            case CapChanged(span=span, usd=usd):
                self._caps[span] = usd
            case _:
                pass

    async def look(self, now: datetime) -> None:
        """Find out what was spent elsewhere today, where that matters."""
        if self._caps.get("day") is not None:
            day = self._day_of(now)
            self._others = (day, await self._elsewhere(day))

    def cap(self, span: Span, usual: float | None = None) -> float | None:
        """What may be spent in a span, None for any amount; `usual` holds where nobody said anything else."""
        return self._caps.get(span, usual)

    def used(self, span: Span, now: datetime, run: float = 0.0) -> float:
        """What was spent in a span; `run` is what the active run has spent."""
        if span == "run":
            return run
        if span == "session":
            return self._session
        day, others = self._others
        return self._own(self._day_of(now)) + (others if day == self._day_of(now) else 0.0)

    def reached(self, now: datetime, run: float, usual: float | None) -> tuple[Reached, ...]:
        """The caps that were passed (strictly more was spent), the narrowest first."""
        spans: tuple[Span, ...] = ("run", "session", "day")
        found: list[Reached] = []
        for span in spans:
            cap, used = self.cap(span, usual if span == "run" else None), self.used(span, now, run)
            if cap is not None and used > cap:
                found.append(Reached(span=span, used=used, cap=cap))
        return tuple(found)

    def _own(self, day: date) -> float:
        known, spent = self._today
        return spent if known == day else 0.0
