"""The meters of a session: its caps by the settings, and what other sessions have spent of them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

from heartbit_tui.config import Config
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.ledger import Daily
from heartbit_tui.kernel.ops import Period
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.meters import Meters
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.warmth import Warmth, terms_of
from heartbit_tui.store.spending import Spending
from heartbit_tui.store.store import Store

KEYS: tuple[tuple[Period, str], ...] = (
    ("session", "limits.max_session_cost_usd"),
    ("day", "limits.max_day_cost_usd"),
)
"""The keys of all caps but that of a run, which is among the agent's own limits."""

Found = TypeVar("Found")


def of(config: Config) -> dict[Period, float]:
    """The caps that the settings have."""
    found: dict[Period, float] = {}
    for period, key in KEYS:
        usd = config.number(key)
        if usd is not None:
            found[period] = usd
    return found


def recorded(settings: Settings, clock: Clock, store: Store, session_id: str, after: int) -> Meters:
    """The meters of a session that was recorded up to the seq `after`; what it adds itself the store does not tell."""
    spending = store.spending
    caps = Caps(of(settings.config), elsewhere=lambda day: spending.on(day, session_id=session_id, after=after))
    return Meters(caps=caps, warmth=Warmth(terms_of(settings.config)), clock=clock, days=spending.days)


def unrecorded(settings: Settings, clock: Clock) -> Meters:
    """The meters of a session that is not kept: it sees what others spent, and nobody sees what it spends."""

    async def read(work: Callable[[Spending], Awaitable[Found]], nothing: Found) -> Found:
        if not settings.store.exists():
            return nothing
        async with Store.open(settings.store, clock) as store:
            return await work(store.spending)

    async def elsewhere(day: date) -> float:
        return await read(lambda spending: spending.on(day), 0.0)

    async def days(first: date, last: date) -> list[Daily]:
        return await read(lambda spending: spending.days(first, last), [])

    caps = Caps(of(settings.config), elsewhere=elsewhere)
    return Meters(caps=caps, warmth=Warmth(terms_of(settings.config)), clock=clock, days=days)
