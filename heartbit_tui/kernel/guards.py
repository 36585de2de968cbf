"""The guardrails of an agent, asked in order; one that fails ends the run rather than letting things pass."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from heartbit_tui.kernel.errors import GuardrailError
from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned, Hook
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import Guardrail, Judgement, Output, Refuse, Request, Warn

FAILED = "The guardrail {name} failed in {hook}: {kind}: {error}. The run ends rather than going on unguarded."
FAILED_AFTER = "Guardrail error: {name} could not check this output ({kind}: {error}), so it is withheld."

Answered = TypeVar("Answered")


class Guards:
    """Asks every guardrail, tells what they say as events, and stops at the first that refuses."""

    def __init__(self, guardrails: Sequence[Guardrail], host: Host) -> None:
        self._guardrails = tuple(guardrails)
        self._host = host

    async def request(self, request: Request) -> Request:
        """The request as the guardrails let it go out. Raises `GuardrailError` when one fails."""
        for guardrail in self._guardrails:
            request = await _answer(guardrail, "pre_llm", guardrail.pre_llm(request))
        return request

    async def answer(self, message: Assistant) -> str:
        """Why a model's answer is refused, or empty. Raises `GuardrailError` when a guardrail fails."""
        for guardrail in self._guardrails:
            judgement = await _answer(guardrail, "post_llm", guardrail.post_llm(message))
            if reason := self._heard(guardrail, "post_llm", judgement, None):
                return reason
        return ""

    async def call(self, call: ToolCall) -> str:
        """Why a call is refused, or empty. Raises `GuardrailError` when a guardrail fails."""
        for guardrail in self._guardrails:
            judgement = await _answer(guardrail, "pre_tool", guardrail.pre_tool(call))
            if reason := self._heard(guardrail, "pre_tool", judgement, call.name):
                return reason
        return ""

    async def output(self, call: ToolCall, output: Output) -> Output:
        """The output as the model may see it; where a guardrail fails nothing of it is left."""
        for guardrail in self._guardrails:
            try:
                output = await guardrail.post_tool(call, output)
            except Exception as error:  # noqa: BLE001 - the tool boundary: an output that was not checked is withheld
                told = FAILED_AFTER.format(name=guardrail.name, kind=type(error).__name__, error=error)
                self._host.emit(GuardrailDenied(hook="post_tool", reason=told, tool_name=call.name))
                return Output(content=told, is_error=True, changed=output.changed)
        return output

    def _heard(self, guardrail: Guardrail, hook: Hook, judgement: Judgement, tool: str | None) -> str:
        match judgement:
            case Refuse(reason=reason):
                self._host.emit(GuardrailDenied(hook=hook, reason=reason, tool_name=tool))
                return f"{guardrail.name}: {reason}"
            case Warn(reason=reason):
                self._host.emit(GuardrailWarned(hook=hook, reason=reason, tool_name=tool))
            case _:
                pass
        return ""


async def _answer(guardrail: Guardrail, hook: Hook, asked: Awaitable[Answered]) -> Answered:
    try:
        return await asked
    except GuardrailError:
        raise
    except Exception as error:  # whatever a guardrail raises, nothing may go on unguarded
        told = FAILED.format(name=guardrail.name, hook=hook, kind=type(error).__name__, error=error)
        raise GuardrailError(told) from error
