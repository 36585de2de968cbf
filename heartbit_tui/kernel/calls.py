"""One turn's calls: repair the name, check, guard, gate, approve, run, guard again, cut, answer."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    Event,
    GuardrailDenied,
    GuardrailWarned,
    Hook,
    NameRepaired,
    Notice,
    PermissionDenied,
    Question,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    clip,
)
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import ToolCall, ToolResult
from heartbit_tui.kernel.protocols import (
    Action,
    Agent,
    Allow,
    Ask,
    Deny,
    Output,
    Pass,
    Refuse,
    Tool,
    Warn,
)
from heartbit_tui.kernel.repair import nearest, repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a tool sees of the session during one call."""

    host: Host
    agent: str
    call_id: str

    def emit(self, event: Event) -> None:
        """Publish an event under the agent's name."""
        self.host.emit(event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        """Ask a person and wait."""
        return await self.host.ask(questions, self.call_id)


class Calls:
    """Runs the calls of an agent's turns, side by side, each answered as soon as it ends."""

    def __init__(self, agent: Agent, host: Host) -> None:
        self._agent = agent
        self._host = host
        self._tools: Mapping[str, Tool] = {tool.spec.name: tool for tool in reversed(agent.tools)}
        self._places = asyncio.Semaphore(agent.limits.max_parallel_calls)
        self.made = 0

    def mend(self, calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
        """The calls with misspelt names repaired; nothing after this sees the names as they were."""
        effects = {name: tool.effects for name, tool in self._tools.items()}
        mended: list[ToolCall] = []
        for call in calls:
            name = None if call.name in effects else repair(call.name, effects)
            if name is not None:
                self._host.emit(NameRepaired(tool_call_id=call.id, asked=call.name, tool_name=name))
            mended.append(replace(call, name=name or call.name))
        return tuple(mended)

    async def run(self, calls: Sequence[ToolCall], *, turn: int) -> None:
        """Run all calls and answer each; raises `HeartbitError` where the run itself must end."""
        self.made += len(calls)
        try:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(self._one(call, turn), name=f"call {call.name}")
        except ExceptionGroup as failures:
            raise _first(failures) from None

    def refuse(self, calls: Sequence[ToolCall], reason: str) -> None:
        """Answer all calls with an error, without running them."""
        self.made += len(calls)
        for call in calls:
            self._answer(call, _error(reason))

    def answer(self, call: ToolCall, output: Output) -> None:
        """Answer a call that no tool runs."""
        self.made += 1
        self._answer(call, output)

    async def _one(self, call: ToolCall, turn: int) -> None:
        async with self._places:
            began = self._host.clock.monotonic()
            output = await self._allowed(call, turn) or await self._execute(call, self._tools[call.name])
            spent = round((self._host.clock.monotonic() - began) * 1000)
            seq = self._say(call, output)
            await self._host.committed(seq)
            self._completed(call, output, spent)

    async def _allowed(self, call: ToolCall, turn: int) -> Output | None:
        """None when the call may run, otherwise the answer that says why not."""
        tool = self._tools.get(call.name)
        if call.fault:
            return _error(call.fault)
        if tool is None:
            known = ", ".join(nearest(call.name, {name: t.effects for name, t in self._tools.items()}))
            return _error(f"There is no tool `{call.name}`. The nearest names are: {known}.")
        problem = tool.check(call.input)
        if problem:
            return _error(problem)
        return await self._guarded(call) or await self._gated(call, tool, turn)

    async def _guarded(self, call: ToolCall) -> Output | None:
        for guardrail in self._agent.guardrails:
            match await guardrail.pre_tool(call):
                case Refuse(reason=reason):
                    self._host.emit(GuardrailDenied(hook="pre_tool", reason=reason, tool_name=call.name))
                    return _error(f"Denied by the guardrail {guardrail.name}: {reason}")
                case Warn(reason=reason):
                    self._warn("pre_tool", reason, call)
                case Pass():
                    pass
        return None

    async def _gated(self, call: ToolCall, tool: Tool, turn: int) -> Output | None:
        action = Action(call=call, effects=tool.effects, touches=tool.touches(call.input))
        match self._agent.gate.decide(action, self._host.mode):
            case Allow():
                return None
            case Deny(reason=reason, rule=rule):
                return self._denied(call, reason, rule)
            case Ask() as ask:
                return await self._approved(action, tool, ask, turn)

    async def _approved(self, action: Action, tool: Tool, ask: Ask, turn: int) -> Output | None:
        preview = await tool.preview(action.call.input)
        decision = await self._host.approve(action.call, ask, turn=turn, preview=preview)
        if decision.scope != "once":
            try:
                await self._agent.gate.learn(action, decision)
            except HeartbitError as error:
                self._host.emit(Notice(level="warning", text=f"The rule was not remembered: {error}"))
        if decision.allow:
            return None
        return self._denied(action.call, decision.note or ask.reason, ask.rule, noted=bool(decision.note))

    def _denied(self, call: ToolCall, reason: str, rule: str, *, noted: bool = False) -> Output:
        event = PermissionDenied(tool_name=call.name, tool_call_id=call.id, reason=reason, rule=rule, input=call.input)
        self._host.emit(event)
        said = f"The user refused this call and says: {reason}" if noted else f"Permission denied: {reason}"
        return _error(said)

    async def _execute(self, call: ToolCall, tool: Tool) -> Output:
        seq = self._host.emit(
            ToolCallStarted(
                tool_name=call.name, tool_call_id=call.id, input=clip(json.dumps(call.input, ensure_ascii=False))
            )
        )
        if tool.effects.lasting:
            await self._host.committed(seq)
        output = await self._run(call, tool)
        limit = self._agent.limits.max_tool_output_bytes
        return replace(output, content=cut(output.content, limit))

    async def _run(self, call: ToolCall, tool: Tool) -> Output:
        seconds = None if tool.keeps_own_time else self._agent.limits.tool_timeout
        context = Context(host=self._host, agent=self._agent.name, call_id=call.id)
        try:
            async with asyncio.timeout(seconds):
                output = await tool.run(call.input, context)
            for guardrail in self._agent.guardrails:
                output = await guardrail.post_tool(call, output)
            return output
        except TimeoutError:
            return _error(f"The tool `{call.name}` timed out" + (f" after {seconds:g} s." if seconds else "."))
        except Exception as error:  # noqa: BLE001 - the tool boundary: whatever a tool raises is the model's to hear
            return _error(f"The tool `{call.name}` failed: {type(error).__name__}: {error}")

    def _answer(self, call: ToolCall, output: Output) -> None:
        self._say(call, output)
        self._completed(call, output, 0)

    def _say(self, call: ToolCall, output: Output) -> int:
        result = ToolResult(call_id=call.id, content=output.content, media=output.media, is_error=output.is_error)
        return self._host.emit(ToolAnswered(result=result))

    def _completed(self, call: ToolCall, output: Output, milliseconds: int) -> None:
        self._host.emit(
            ToolCallCompleted(
                tool_name=call.name,
                tool_call_id=call.id,
                is_error=output.is_error,
                duration_ms=milliseconds,
                output=clip(output.content),
                details=output.details,
                changed=output.changed,
            )
        )

    def _warn(self, hook: Hook, reason: str, call: ToolCall) -> None:
        self._host.emit(GuardrailWarned(hook=hook, reason=reason, tool_name=call.name))


def cut(text: str, limit: int) -> str:
    """`text` with its middle left out so that it has about `limit` bytes; the note says how much is missing."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text
    head = data[: limit // 2].decode("utf-8", "ignore")
    tail = data[len(data) - limit // 2 :].decode("utf-8", "ignore")
    omitted = len(data) - len(head.encode()) - len(tail.encode())
    return f"{head}\n\n[truncated: {omitted} bytes omitted]\n\n{tail}"


def _error(content: str) -> Output:
    return Output(content=content, is_error=True)


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """The first failure of a group whose tasks hold no groups of their own."""
    return failures.exceptions[0]
