"""Looks at the answers with which a run would end, before it does."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, OnAnswers, Output, Pass, Request, Rewrite


def nothing() -> str:
    """Nothing to add."""
    return ""


class AtEnd:
    """A `Guardrail` that refuses nothing: `ended` hears of each answer that would end the run, and is waited for.

    What `told` gives is said to the model with every request, behind what its system prompt says.
    """

    def __init__(
        self, name: str, ended: Callable[[Assistant], Awaitable[None]], told: Callable[[], str] = nothing
    ) -> None:
        self._name = name
        self._ended = ended
        self._told = told

    @property
    def name(self) -> str:
        return self._name

    @property
    def on_answers(self) -> OnAnswers:
        return "nothing"

    async def pre_llm(self, request: Request) -> Request:
        told = self._told()
        return replace(request, system=f"{request.system}\n\n{told}") if told else request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        if not message.calls and message.stop is StopReason.END_TURN:
            await self._ended(message)
        return Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        return Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        return output
