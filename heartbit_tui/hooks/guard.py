"""The guardrail that runs hooks before and after calls, and before a run ends."""

from collections.abc import Callable
from dataclasses import replace

from heartbit_tui.hooks.firing import Firing
from heartbit_tui.hooks.gate import Heard
from heartbit_tui.hooks.types import Answer
from heartbit_tui.kernel.errors import GuardrailError
from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, OnAnswers, Output, Pass, Refuse, Request, Rewrite, Warn

NAME = "hooks"
MOST_TURNS = 5
"""How often in a row hooks of Stop or SubagentStop may keep a run going."""

TOLD_BYTES = 100_000
"""Letters of an output that a hook is told."""

OTHER_INPUT = "A hook wants this call to have another input. Call {name} again with exactly this input: {changed}"
STOPS = "A hook stops this run: {reason}"
MORE = "[A hook wants more before this ends]\n{reason}"
SPENT = "Hooks kept this run going {times} times in a row; now it may end."
BESIDE = "\n\n[A hook says]\n{text}"


class HookGuard:
    """A `Guardrail`. `go_on` leaves words for the run that is active, `say` tells the person something.

    `agent` names one that works for another, at whose end the hooks of SubagentStop run in place of those of Stop.
    """

    def __init__(
        self,
        firing: Firing,
        heard: Heard,
        go_on: Callable[[str], None],
        say: Callable[[str, bool], None],
        *,
        agent: str = "",
    ) -> None:
        self._agent = agent
        self._end = "SubagentStop" if agent else "Stop"
        self._firing = firing
        self._heard = heard
        self._go_on = go_on
        self._say = say
        self._kept_going = 0

    @property
    def name(self) -> str:
        return NAME

    @property
    def on_answers(self) -> OnAnswers:
        return "nothing"

    async def pre_llm(self, request: Request) -> Request:
        return request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        if message.calls or message.stop is not StopReason.END_TURN or not self._firing.has(self._end):
            return Pass()
        about = {"agent": self._agent, "success": True} if self._agent else {}
        told = {**about, "stop_hook_active": self._kept_going > 0, "last_assistant_message": message.text}
        answer = await self._firing.fire(self._end, told, self._agent)
        if answer.decision != "deny" or answer.stops:
            self._kept_going = 0
        elif self._kept_going >= MOST_TURNS:
            self._kept_going = 0
            self._say(SPENT.format(times=MOST_TURNS), True)
        else:
            self._kept_going += 1
            self._go_on(MORE.format(reason=answer.reason))
        return Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        told = {"tool_name": call.name, "tool_input": call.input, "tool_use_id": call.id}
        answer = await self._firing.fire("PreToolUse", told, call.name)
        if answer.stops:
            raise GuardrailError(STOPS.format(reason=answer.reason or "it gives no reason"))
        if answer.decision == "deny":
            return Refuse(reason=answer.reason)
        if answer.changed:
            return Refuse(reason=OTHER_INPUT.format(name=call.name, changed=answer.changed))
        if answer.decision:
            self._heard.keep(call.id, answer)
        return Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        event = "PostToolUseFailure" if output.is_error else "PostToolUse"
        if not self._firing.has(event):
            return output
        told = {
            "tool_name": call.name,
            "tool_input": call.input,
            "tool_use_id": call.id,
            "tool_response": {"content": output.content[:TOLD_BYTES], "is_error": output.is_error},
        }
        answer = await self._firing.fire(event, told, call.name)
        text = _beside(answer)
        if not text:
            return output
        changed = replace(output, content=f"{output.content}{BESIDE.format(text=text)}")
        return Checked(output=changed, said=Warn(reason=answer.reason)) if answer.decision == "deny" else changed


def _beside(answer: Answer) -> str:
    """What the model is told beside an output: why a hook objects, and what it adds."""
    objection = answer.reason if answer.decision == "deny" else ""
    return "\n\n".join(filter(None, (objection, answer.context)))
