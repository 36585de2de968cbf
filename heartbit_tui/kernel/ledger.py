"""What everything cost: the fold of every model call, by agent, model and purpose."""

from dataclasses import field
from datetime import date

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, ModelCalled
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.ops import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The sum for one agent, model and purpose; `unpriced` calls have no known price.

    `saved_usd` is what a cascade saved by it, below 0 for what it cost in vain: an estimate by the prices of the
    strongest model.
    """

    agent: str
    model: str
    purpose: str
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    unpriced: int = 0
    saved_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """The sum of one model on one day of the person's own clock; `unpriced` calls have no known price."""

    day: date
    model: str
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """What was spent in a period and what may be, in US dollars; None is any amount."""

    period: Period
    used: float
    cap: float | None


class Ledger:
    """Sums up `ModelCalled` envelopes; give `take` to the bus as a sink."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, str], Line] = {}

    def take(self, envelope: Envelope) -> None:
        """Count an envelope if it is a model call."""
        event = envelope.event
        if not isinstance(event, ModelCalled):
            return
        key = (envelope.agent, event.model, event.purpose)
        line = self._lines.get(key) or Line(agent=envelope.agent, model=event.model, purpose=event.purpose)
        self._lines[key] = Line(
            agent=line.agent,
            model=line.model,
            purpose=line.purpose,
            calls=line.calls + 1,
            usage=line.usage + event.usage,
            cost_usd=line.cost_usd + (event.cost_usd or 0.0),
            unpriced=line.unpriced + (event.cost_usd is None),
            saved_usd=line.saved_usd + saved(event),
        )

    def lines(self) -> tuple[Line, ...]:
        """All sums, by agent, model and purpose."""
        return tuple(self._lines[key] for key in sorted(self._lines))

    def total(self) -> Line:
        """One sum over everything, with empty names."""
        usage, cost, calls, unpriced, spared = Usage(), 0.0, 0, 0, 0.0
        for line in self._lines.values():
            usage += line.usage
            cost += line.cost_usd
            calls += line.calls
            unpriced += line.unpriced
            spared += line.saved_usd
        return Line(
            agent="",
            model="",
            purpose="",
            calls=calls,
            usage=usage,
            cost_usd=cost,
            unpriced=unpriced,
            saved_usd=spared,
        )


def saved(event: ModelCalled) -> float:
    """What a call saved against the strongest model of its cascade; 0 where one of the prices is not known."""
    if event.cost_usd is None or event.instead_usd is None:
        return 0.0
    return event.instead_usd - event.cost_usd
