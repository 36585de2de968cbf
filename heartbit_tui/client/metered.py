"""What is told of money, of the model's cache and of its context in a sentence, the same on every surface."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.events import (
    BudgetExceeded,
    CacheExpired,
    CapChanged,
    Event,
    Notice,
    ResultReplaced,
    ResultRestored,
    ToolDropped,
    ToolRestored,
)
from heartbit_tui.kernel.ops import Period
from heartbit_tui.kernel.spending import dollars

WHAT: Mapping[Period, str] = MappingProxyType({"run": "this run", "session": "this session", "day": "today"})
OF: Mapping[Period, str] = MappingProxyType({"run": "a run", "session": "this session", "day": "a day"})


def notice(event: Event) -> Notice | None:
    """The sentence for an event, None where it is about something else."""
    match event:
        case BudgetExceeded():
            return Notice(level="warning", text=_exceeded(event))
        case CapChanged(period=period, usd=usd):
            cap = "No cap" if usd is None else f"A cap of ${dollars(usd)}"
            return Notice(level="info", text=f"{cap} on what {OF[period]} may cost.")
        case CacheExpired():
            return Notice(level="warning", text=cold(event))
        case ResultReplaced(tool_call_id=call, omitted=omitted, why="dropped"):
            return Notice(level="info", text=f"The result of {call} is out of the context: {omitted:,} bytes less.")
        case ResultRestored(tool_call_id=call):
            return Notice(level="info", text=f"The result of {call} is in the context again.")
        case ToolDropped(tool_name=tool):
            return Notice(level="info", text=f"The model is no longer told of the tool {tool}.")
        case ToolRestored(tool_name=tool):
            return Notice(level="info", text=f"The model is told of the tool {tool} again.")
        case _:
            return None


def cold(event: CacheExpired) -> str:
    """That the service has forgotten what it read, and what that costs."""
    kept = f"{_span(event.idle)} have passed, and the model's service keeps a prompt for {_span(event.lifetime)}"
    if event.cost_usd is None or event.cached_usd is None:
        return f"{kept}: {event.tokens:,} tokens are read anew, at a price that is not known."
    price = f"about ${dollars(event.cost_usd)} instead of ${dollars(event.cached_usd)}"
    return f"{kept}: {event.tokens:,} tokens are read anew, for {price}."


def cold_hint(event: CacheExpired) -> str:
    """The same in a few words, for where a prompt is written."""
    if event.cost_usd is None or event.cached_usd is None:
        return f"cache expired: {event.tokens:,} tokens anew"
    return f"cache expired: about ${dollars(event.cost_usd)} instead of ${dollars(event.cached_usd)}"


def _exceeded(event: BudgetExceeded) -> str:
    """That more was used than may be."""
    if event.unit == "tokens":
        return f"Used {event.used:,.0f} of {event.limit:,.0f} tokens."
    return f"Spent ${dollars(event.used)} of ${dollars(event.limit)} for {WHAT[event.period]}."


def _span(seconds: int) -> str:
    """A time in its largest unit."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
