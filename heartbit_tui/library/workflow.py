"""An embedded heartbit as a step of a workflow."""

from heartbit_tui.agents.steps import Around, Deed, failed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ModelCalled, StepKind
from heartbit_tui.library.agent import Agent
from heartbit_tui.library.result import Result
from heartbit_tui.library.running import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStep:
    """An agent of the program's own does a task, in a session of its own for each time that it is done.

    Raises nothing: what opening the session raises is how the step failed.
    """

    name: str
    agent: Agent

    @property
    def kind(self) -> StepKind:
        return "agent"

    async def work(self, text: str, around: Around) -> Deed:
        """Do the text as a task; what it costs is counted as it is spent."""
        async with stream(text, self.agent) as events:
            async for each in events:
                if isinstance(each.event, ModelCalled):
                    around.account.spend(each.event.usage, each.event.cost_usd)
            return _deed(events.result)


def _deed(result: Result) -> Deed:
    if result.ok:
        return Deed(text=result.text, structured=result.structured)
    if result.reason == "interrupted":
        return Deed(how="stopped", text=result.text, error=result.error, fault=result.reason)
    return failed(result.error, result.reason, result.text)
