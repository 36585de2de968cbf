"""A cap on money as a person types it: `run 2.50`, `session 10`, `day off`."""

from types import MappingProxyType

from heartbit_tui.kernel.ops import Period, SetCap
from heartbit_tui.kernel.spending import amount

USAGE = "/cap takes a period and what it may cost: run 2.50, session 10, day 20, or off for any amount."
PERIODS: MappingProxyType[str, Period] = MappingProxyType({"run": "run", "session": "session", "day": "day"})
NONE = frozenset({"off", "none", "no"})


def parsed(text: str) -> SetCap | str:
    """The op that these words mean, or a sentence that says what they should be."""
    name, _, said = text.strip().lower().partition(" ")
    period = PERIODS.get(name)
    usd = amount(said)
    if period is None or (usd is None and said.strip() not in NONE):
        return USAGE
    return SetCap(period=period, usd=usd)
