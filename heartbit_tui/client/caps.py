"""Caps on money in words, the same on every surface."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.events import BudgetExceeded, CapChanged
from heartbit_tui.kernel.spending import dollars

WHAT: Mapping[str, str] = MappingProxyType({"run": "this run", "session": "this session", "day": "today"})
OF: Mapping[str, str] = MappingProxyType({"run": "a run", "session": "this session", "day": "a day"})


def exceeded(event: BudgetExceeded) -> str:
    """That more was used than may be."""
    if event.unit == "tokens":
        return f"Used {event.used:,.0f} of {event.limit:,.0f} tokens."
    return f"Spent ${dollars(event.used)} of ${dollars(event.limit)} for {WHAT[event.period]}."


def changed(event: CapChanged) -> str:
    """That another cap holds."""
    if event.usd is None:
        return f"No cap on what {OF[event.period]} may cost."
    return f"The cap of {OF[event.period]} is ${dollars(event.usd)} now."
