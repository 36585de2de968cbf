"""What stands in for a guardrail that was asked for and could not be had: no tool may be used."""

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Judgement, Refuse


class Closed(Passing):
    """Refuses every call, with the sentence that says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self._why = why

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """No."""
        return Refuse(reason=self._why)
