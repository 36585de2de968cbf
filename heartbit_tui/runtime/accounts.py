"""What each agent of a session has spent, with all that others did for it."""

from collections.abc import Iterator

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, ModelCalled, SubAgentsDispatched, ToolCallCompleted, ToolCallStarted
from heartbit_tui.kernel.messages import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A sum; `cost_usd` is None where the price of any call is unknown."""

    usage: Usage
    cost_usd: float | None


NOTHING = Spent(usage=Usage(), cost_usd=0.0)


class Accounts:
    """Sums up model calls by agent; give `take` to the bus as a sink.

    An agent that was engaged belongs to the one whose call did so, or else to the one that says so.
    """

    def __init__(self) -> None:
        self._spent: dict[str, Spent] = {}
        self._engaged: dict[str, list[str]] = {}
        self._callers: dict[str, str] = {}

    def take(self, envelope: Envelope) -> None:
        """Count an envelope."""
        match envelope.event:
            case ModelCalled(usage=usage, cost_usd=cost):
                self._spent[envelope.agent] = _sum(self._spent.get(envelope.agent, NOTHING), usage, cost)
            case ToolCallStarted(tool_call_id=call):
                self._callers[call] = envelope.agent
            case ToolCallCompleted(tool_call_id=call):
                self._callers.pop(call, None)
            case SubAgentsDispatched(agents=agents, tool_call_id=call):
                self._engaged.setdefault(self._callers.get(call, envelope.agent), []).extend(agents)
            case _:
                return

    def of(self, agent: str) -> Spent:
        """What an agent and those that it engaged have spent."""
        total = NOTHING
        for name in self._crew(agent):
            spent = self._spent.get(name, NOTHING)
            total = _sum(total, spent.usage, spent.cost_usd)
        return total

    def _crew(self, agent: str) -> Iterator[str]:
        yield agent
        for name in self._engaged.get(agent, ()):
            yield from self._crew(name)


def _sum(before: Spent, usage: Usage, cost_usd: float | None) -> Spent:
    unknown = before.cost_usd is None or cost_usd is None
    return Spent(usage=before.usage + usage, cost_usd=None if unknown else (before.cost_usd or 0.0) + (cost_usd or 0.0))
