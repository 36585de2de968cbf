"""The guardrails of an agent, asked in order; one that fails ends the run rather than letting things pass."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from heartbit_tui.kernel.errors import GuardrailError
from heartbit_tui.kernel.events import GuardrailDenied, GuardrailWarned, Hook
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, ToolCall
from heartbit_tui.kernel.protocols import Guardrail, Judgement, Output, Pass, Refuse, Request, Rewrite, Warn

FAILED = "The guardrail {name} failed in {hook}: {kind}: {error}. The run ends rather than going on unguarded."
FAILED_AFTER = "Guardrail error: {name} could not check this output ({kind}: {error}), so it is withheld."
WITHHELD = "Withheld by the guardrail {reason}"

Answered = TypeVar("Answered")


class Guards:
    """Asks every guardrail, tells what they say as events, and stops at the first that refuses."""

    def __init__(self, guardrails: Sequence[Guardrail], host: Host) -> None:
        self._guardrails = tuple(guardrails)
        self._host = host

    @property
    def holds(self) -> bool:
        """Whether an answer may still be changed or refused when it is whole, so that none of it may be told before."""
        return any(guardrail.on_answers == "rules" for guardrail in self._guardrails)

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
            changed = isinstance(judged, Rewrite)
            if isinstance(judged, Rewrite):
                message, judged = replace(judged.message, content=_with_calls_of(message, judged.message)), judged.said
            if reason := self._heard(guardrail, "post_llm", judged, changed=changed):
                return message, reason
        return message, ""

    async def call(self, call: ToolCall) -> str:
        """Why a call is refused, or empty. Raises `GuardrailError` when a guardrail fails."""
        for guardrail in self._guardrails:
            judgement = await _answer(guardrail, "pre_tool", guardrail.pre_tool(call))
            if reason := self._heard(guardrail, "pre_tool", judgement, call):
                return reason
        return ""

    async def output(self, call: ToolCall, output: Output) -> Output:
        """The output as the model may see it; where a guardrail fails or refuses nothing of it is left."""
        for guardrail in self._guardrails:
            try:
                checked = await guardrail.post_tool(call, output)
            except Exception as error:  # noqa: BLE001 - the tool boundary: an output that was not checked is withheld
                told = FAILED_AFTER.format(name=guardrail.name, kind=type(error).__name__, error=error)
                self._heard(guardrail, "post_tool", Refuse(reason=told), call)
                return Output(content=told, is_error=True, changed=output.changed)
            if isinstance(checked, Output):
                output = checked
                continue
            output, changed = checked.output, checked.output != output
            if reason := self._heard(guardrail, "post_tool", checked.said, call, changed=changed):
                return Output(content=WITHHELD.format(reason=reason), is_error=True, changed=output.changed)
        return output

    def _heard(
        self,
        guardrail: Guardrail,
        hook: Hook,
        judgement: Judgement,
        call: ToolCall | None = None,
        *,
        changed: bool = False,
    ) -> str:
        for spent in judgement.spent:
            self._host.emit(spent.told)
        if isinstance(judgement, Pass):
            return ""
        denied = GuardrailDenied(
            hook=hook,
            reason=judgement.reason,
            tool_name=call.name if call else None,
            guardrail=guardrail.name,
            quote=judgement.quote,
            tool_call_id=call.id if call else "",
        )
        if isinstance(judgement, Warn):
            self._host.emit(_warned(denied, changed=changed))
            return ""
        self._host.emit(denied)
        return f"{guardrail.name}: {judgement.reason}"


def _warned(said: GuardrailDenied, *, changed: bool) -> GuardrailWarned:
    return GuardrailWarned(
        hook=said.hook,
        reason=said.reason,
        tool_name=said.tool_name,
        guardrail=said.guardrail,
        quote=said.quote,
        tool_call_id=said.tool_call_id,
        changed=changed,
    )


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
