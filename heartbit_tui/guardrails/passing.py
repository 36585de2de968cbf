"""A guardrail that lets everything pass; the others say only what they look at."""

from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, OnAnswers, Output, Pass, Request, Rewrite


class Passing:
    """A `Guardrail` without an opinion."""

    def __init__(self, name: str = "unnamed") -> None:
        self._name = name

    @property
    def name(self) -> str:
        """What it is called in events."""
        return self._name

    @property
    def on_answers(self) -> OnAnswers:
        """Nothing; whatever a guardrail says of answers that does not tell more about itself."""
        return "nothing" if type(self).post_llm is Passing.post_llm else "rules"

    async def pre_llm(self, request: Request) -> Request:
        """The request as it is."""
        return request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """Nothing to say."""
        return Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """Nothing to say."""
        return Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output as it is."""
        return output
