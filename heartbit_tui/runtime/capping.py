"""What may be spent before a person is asked, by the settings, and what other sessions spend of it."""

from collections.abc import Awaitable, Callable
from datetime import date

from heartbit_tui.config import Config
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.ops import Period
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store.store import Store

KEYS: tuple[tuple[Period, str], ...] = (
    ("session", "limits.max_session_cost_usd"),
    ("day", "limits.max_day_cost_usd"),
)
"""The keys of all caps but that of a run, which is among the agent's own limits."""


def of(config: Config) -> dict[Period, float]:
    """The caps that the settings have."""
    found: dict[Period, float] = {}
    for period, key in KEYS:
        usd = config.number(key)
        if usd is not None:
            found[period] = usd
    return found


def recorded(settings: Settings, store: Store, session_id: str, after: int) -> Caps:
    """The caps of a session that was recorded up to the seq `after`; what it adds itself is not told by the store."""
    return Caps(of(settings.config), elsewhere=lambda day: store.spending.on(day, session_id=session_id, after=after))


def unrecorded(settings: Settings, clock: Clock) -> Caps:
    """The caps of a session that is not kept: it sees what others spent today, and nobody sees what it spends."""
    return Caps(of(settings.config), elsewhere=_of_the_others(settings, clock))


def _of_the_others(settings: Settings, clock: Clock) -> Callable[[date], Awaitable[float]]:
    async def elsewhere(day: date) -> float:
        if not settings.store.exists():
            return 0.0
        async with Store.open(settings.store, clock) as store:
            return await store.spending.on(day)

    return elsewhere
