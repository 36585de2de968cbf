"""The guardrails of an agent, asked in order; one that fails ends the run rather than letting things pass."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from heartbit_tui.kernel.errors import GuardrailError
from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned, Hook, ModelCalled
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, ToolCall
from heartbit_tui.kernel.protocols import Guardrail, Judgement, Output, Pass, Refuse, Request, Rewrite

FAILED = "The guardrail {name} failed in {hook}: {kind}: {error}. The run ends rather than going on unguarded."
FAILED_AFTER = "Guardrail error: {name} could not check this output ({kind}: {error}), so it is withheld."
WITHHELD = "Withheld by the guardrail {reason}"

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

    async def answer(self, message: Assistant) -> tuple[Assistant, str]:
        """A model's answer as it may stand, and why it is refused, or empty.

        Raises `GuardrailError` when a guardrail fails.
        """
        for guardrail in self._guardrails:
            judged = await _answer(guardrail, "post_llm", guardrail.post_llm(message))
            if isinstance(judged, Rewrite):
                message, judged = replace(judged.message, content=_with_calls_of(message, judged.message)), judged.said
            if reason := self._heard(guardrail, "post_llm", judged, None):
                return message, reason
        return message, ""

    async def call(self, call: ToolCall) -> str:
        """Why a call is refused, or empty. Raises `GuardrailError` when a guardrail fails."""
        for guardrail in self._guardrails:
            judgement = await _answer(guardrail, "pre_tool", guardrail.pre_tool(call))
            if reason := self._heard(guardrail, "pre_tool", judgement, call.name):
                return reason
        return ""

    async def output(self, call: ToolCall, output: Output) -> Output:
        """The output as the model may see it; where a guardrail fails or refuses nothing of it is left."""
        for guardrail in self._guardrails:
            try:
                checked = await guardrail.post_tool(call, output)
            except Exception as error:  # noqa: BLE001 - the tool boundary: an output that was not checked is withheld
                told = FAILED_AFTER.format(name=guardrail.name, kind=type(error).__name__, error=error)
                self._heard(guardrail, "post_tool", Refuse(reason=told), call.name)
                return Output(content=told, is_error=True, changed=output.changed)
            if isinstance(checked, Output):
                output = checked
                continue
            output = checked.output
            if reason := self._heard(guardrail, "post_tool", checked.said, call.name):
                return Output(content=WITHHELD.format(reason=reason), is_error=True, changed=output.changed)
        return output

    def _heard(self, guardrail: Guardrail, hook: Hook, judgement: Judgement, tool: str | None) -> str:
        for spent in judgement.spent:
            called = ModelCalled(purpose=spent.purpose, model=spent.model, usage=spent.usage, cost_usd=spent.cost_usd)
            self._host.emit(called)
        if isinstance(judgement, Pass):
            return ""
        told = GuardrailDenied if isinstance(judgement, Refuse) else GuardrailWarned
        self._host.emit(
            told(hook=hook, reason=judgement.reason, tool_name=tool, guardrail=guardrail.name, quote=judgement.quote)
        )
        return f"{guardrail.name}: {judgement.reason}" if isinstance(judgement, Refuse) else ""


def _with_calls_of(before: Assistant, after: Assistant) -> tuple[AssistantBlock, ...]:
    """The blocks of an answer that was rewritten; what is to be done stays what was judged and asked for."""
    words = tuple(block for block in after.content if not isinstance(block, ToolCall))
    return (*words, *before.calls) if after.calls != before.calls else after.content


async def _answer(guardrail: Guardrail, hook: Hook, asked: Awaitable[Answered]) -> Answered:
    try:
        return await asked
    except GuardrailError:
        raise
    except Exception as error:  # whatever a guardrail raises, nothing may go on unguarded
        told = FAILED.format(name=guardrail.name, hook=hook, kind=type(error).__name__, error=error)
        raise GuardrailError(told) from error
