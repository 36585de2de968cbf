"""A call by hand, without a session."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Output, Tool


class Alone:
    """The context of a call that nobody listens to."""

    def __init__(self, agent: str = "tester", places: Mapping[str, str] = MappingProxyType({})) -> None:
        self.agent = agent
        self.places = places
        self.call_id = "call"
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        return None

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None


async def call(tool: Tool, agent: str = "tester", /, **arguments: object) -> Output:
    """Check the arguments and run the tool with them."""
    complaint = tool.check(arguments)
    return Output(content=complaint, is_error=True) if complaint else await tool.run(arguments, Alone(agent))
