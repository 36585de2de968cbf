"""Whether a call may run: its name, its input, the guardrails, the rules, and at last a person."""

import asyncio
from collections.abc import Mapping

from heartbit_tui.kernel.errors import HeartbitError, RefusedError
from heartbit_tui.kernel.events import Notice, PermissionDenied
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Action, Agent, Allow, Ask, Deny, Output, Tool
from heartbit_tui.kernel.repair import nearest

UNKNOWN = "There is no tool `{name}`. {nearest}"
NEAREST = "The nearest names are: {names}."
NO_TOOLS = "There are no tools at all."
UNREADABLE = "The tool `{name}` could not look at this input: {kind}: {error}"


class Consent:
    """Decides on one call after the other, in this order, so that nobody is asked about what cannot run anyway."""

    def __init__(self, agent: Agent, host: Host, guards: Guards, tools: Mapping[str, Tool]) -> None:
        self._agent = agent
        self._host = host
        self._guards = guards
        self._tools = tools

    async def judged(self, call: ToolCall, turn: int) -> Output | Mapping[str, str]:
        """Where the paths of a call led that may run, otherwise the answer that says why not.

        Raises `GuardrailError`, and `RefusedError` where an approval is needed that nobody can give.
        """
        tool = self._tools.get(call.name)
        if call.fault:
            return failed(call.fault)
        if tool is None:
            return failed(self._unknown(call.name))
        action = _action(call, tool)
        if isinstance(action, str):
            return failed(action)
        if reason := await self._guards.call(call):
            return failed(f"Denied by the guardrail {reason}")
        return await self._gated(action, tool, turn)

    async def more(self, call: ToolCall, turn: int, ask: Ask) -> Decide | None:
        """A decision on what a call that runs already wants beside what it was allowed; None is a no.

        The rules are asked anew: what they deny by now is not asked about. Nobody being there ends no run.
        """
        tool = self._tools[call.name]
        action = _action(call, tool)
        if isinstance(action, str) or self._agent.gate.forbidden(action, self._host.mode):
            return None
        try:
            decision = await self._host.approve(call, ask, turn=turn, preview=await self._preview(call, tool))
        except RefusedError:
            return None
        finally:
            if not self._host.attended:
                self._denied(call, "", f"{ask.reason.rstrip('.')}; nobody is there to approve it.", ask.rule)
        return decision if decision.allow else None

    def _unknown(self, name: str) -> str:
        names = nearest(name, {known: tool.effects for known, tool in self._tools.items()})
        said = NEAREST.format(names=", ".join(names)) if names else NO_TOOLS
        return UNKNOWN.format(name=name, nearest=said)

    async def _gated(self, action: Action, tool: Tool, turn: int) -> Output | Mapping[str, str]:
        match self._agent.gate.decide(action, self._host.mode):
            case Allow(places=places):
                return places
            case Deny(reason=reason, rule=rule):
                return self._denied(action.call, f"Permission denied: {reason}", reason, rule)
            case Ask() as ask:
                return await self._asked(action, tool, ask, turn) or ask.places

    async def _asked(self, action: Action, tool: Tool, ask: Ask, turn: int) -> Output | None:
        call = action.call
        try:
            preview = await self._preview(call, tool)
            decision = await self._host.approve(call, ask, turn=turn, preview=preview)
        except RefusedError as error:
            self._denied(call, str(error), str(error), ask.rule)
            raise
        if decision.scope != "once":
            try:
                await self._agent.gate.learn(action, decision)
            except HeartbitError as error:
                self._host.emit(Notice(level="warning", text=f"The rule was not remembered: {error}"))
        if decision.allow:
            return self._overtaken(action)
        if not self._host.attended:
            reason = f"{ask.reason.rstrip('.') or 'It needs an approval'}; nobody is there to approve it."
            return self._denied(call, f"Permission denied: {reason}", reason, ask.rule)
        said = (
            f"The user refused this call and says: {decision.note}" if decision.note else "The user refused this call."
        )
        return self._denied(call, said, decision.note or "refused by the user", ask.rule)

    def _overtaken(self, action: Action) -> Output | None:
        """What denies a call that a person has just allowed: another mode or rule that came while the request waited."""
        denied = self._agent.gate.forbidden(action, self._host.mode)
        if denied is None:
            return None
        return self._denied(action.call, f"Permission denied: {denied.reason}", denied.reason, denied.rule)

    async def _preview(self, call: ToolCall, tool: Tool) -> str:
        try:
            async with asyncio.timeout(self._agent.limits.tool_timeout):
                return await tool.preview(call.input)
        except Exception as error:  # noqa: BLE001 - the tool boundary: a person can decide without a preview
            return f"(no preview: {type(error).__name__}: {error})"

    def _denied(self, call: ToolCall, said: str, reason: str, rule: str) -> Output:
        event = PermissionDenied(tool_name=call.name, tool_call_id=call.id, reason=reason, rule=rule, input=call.input)
        self._host.emit(event)
        return failed(said)


def failed(content: str) -> Output:
    """An answer that says what went wrong."""
    return Output(content=content, is_error=True)


def _action(call: ToolCall, tool: Tool) -> Action | str:
    """What the rules look at, or why the input cannot be used."""
    try:
        problem = tool.check(call.input)
        return problem or Action(call=call, effects=tool.effects, touches=tool.touches(call.input))
    except Exception as error:  # noqa: BLE001 - the tool boundary: whatever a tool raises is the model's to hear
        return UNREADABLE.format(name=call.name, kind=type(error).__name__, error=error)
