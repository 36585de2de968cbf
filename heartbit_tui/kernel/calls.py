"""One turn's calls: repair the names, ask whether they may run, run them side by side, answer each as it ends."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from heartbit_tui.kernel.consent import Consent, failed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import NameRepaired, ToolAnswered, ToolCallCompleted, ToolCallStarted, clip
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import ToolCall, ToolResult
from heartbit_tui.kernel.place import Context, Place
from heartbit_tui.kernel.protocols import Agent, Effects, Output, Tool
from heartbit_tui.kernel.repair import repair

NOTHING_SAID = "(no output)"
NOT_SAVED = "Not run: the session could not be saved first ({error})."
STOPPED = "The tool `{name}` was stopped by something else before it was done."
TIMED_OUT = "The tool `{name}` timed out after {seconds:g} s."
BROKE = "The tool `{name}` failed: {kind}: {error}"


class Calls:
    """Runs the calls of an agent's turns, side by side, each answered as soon as it ends."""

    def __init__(self, agent: Agent, host: Host, guards: Guards | None = None) -> None:
        self._agent = agent
        self._host = host
        self._guards = guards or Guards(agent.guardrails, host)
        self._tools: dict[str, Tool] = {}
        self._effects = self._looked()
        self._consent = Consent(agent, host, self._guards, self._tools)
        self._places = asyncio.Semaphore(max(agent.limits.max_parallel_calls, 1))
        self.made = 0

    def mend(self, calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
        """The calls with misspelt names repaired; nothing after this sees the names as they were.

        From here on the calls are of the tools that there are now.
        """
        self._effects = self._looked()
        return tuple(call if call.name in self._effects else self._mended(call) for call in calls)

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
        for call in calls:
            self.answer(call, failed(reason))

    def answer(self, call: ToolCall, output: Output) -> None:
        """Answer a call that no tool runs."""
        self.made += 1
        self._say(call, output)
        self._completed(call, output, 0)

    def _looked(self) -> Mapping[str, Effects]:
        """See which tools there are now; what each of them may do."""
        self._tools.clear()
        self._tools.update((tool.spec.name, tool) for tool in reversed(self._agent.all_tools))
        return _effects(self._tools, self._agent.response)

    def _mended(self, call: ToolCall) -> ToolCall:
        name = repair(call.name, self._effects)
        if name is None:
            return call
        self._host.emit(NameRepaired(tool_call_id=call.id, asked=call.name, tool_name=name))
        return replace(call, name=name)

    async def _one(self, call: ToolCall, turn: int) -> None:
        judged = await self._consent.judged(call, turn)
        if isinstance(judged, Output):
            await self._answered(call, judged, 0)
            return
        tool = self._tools[call.name]
        place = Place(self._places, None if tool.keeps_own_time else self._agent.limits.tool_timeout)
        async with place.held():
            began = await self._start(call, tool)
            output = await self._guards.output(call, await self._run(call, tool, place, turn, judged))
        spent = round((self._host.clock.monotonic() - began) * 1000)
        output = replace(output, content=cut(output.content, self._agent.limits.max_tool_output_bytes))
        await self._answered(call, output, spent)

    async def _start(self, call: ToolCall, tool: Tool) -> float:
        """Tell that the call starts, durably where it leaves something behind; when that was."""
        began = self._host.clock.monotonic()
        told = clip(json.dumps(call.input, ensure_ascii=False, default=str))
        seq = self._host.emit(ToolCallStarted(tool_name=call.name, tool_call_id=call.id, input=told))
        if tool.effects.lasting:
            try:
                await self._host.committed(seq)
            except HeartbitError as error:
                output = failed(NOT_SAVED.format(error=error))
                self._say(call, output)
                self._completed(call, output, 0)
                raise
        return began

    async def _run(self, call: ToolCall, tool: Tool, place: Place, turn: int, places: Mapping[str, str]) -> Output:
        more = partial(self._consent.more, call, turn)
        context = Context(
            host=self._host, agent=self._agent.name, call_id=call.id, place=place, places=places, more=more
        )
        try:
            async with place.timed():
                return await tool.run(call.input, context)
        except asyncio.CancelledError:
            if _cancelled():
                raise
            return failed(STOPPED.format(name=call.name))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the tool boundary: what a tool raises the model hears
            if place.expired:
                return failed(TIMED_OUT.format(name=call.name, seconds=place.seconds))
            return failed(BROKE.format(name=call.name, kind=type(error).__name__, error=error))

    async def _answered(self, call: ToolCall, output: Output, milliseconds: int) -> None:
        """Answer, durably before it is shown; whatever happens meanwhile, it is told that the call is over."""
        seq = self._say(call, output)
        try:
            await self._host.committed(seq)
        finally:
            self._completed(call, output, milliseconds)

    def _say(self, call: ToolCall, output: Output) -> int:
        content = output.content or ("" if output.media else NOTHING_SAID)
        result = ToolResult(call_id=call.id, content=content, media=output.media, is_error=output.is_error)
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


def cut(text: str, limit: int) -> str:
    """`text` with its middle left out so that it has about `limit` bytes; the note says how much is missing."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text
    head = data[: limit // 2].decode("utf-8", "ignore")
    tail = data[len(data) - limit // 2 :].decode("utf-8", "ignore")
    omitted = len(data) - len(head.encode()) - len(tail.encode())
    return f"{head}\n\n[truncated: {omitted} bytes omitted]\n\n{tail}"


def _effects(tools: Mapping[str, Tool], response: Tool | None) -> Mapping[str, Effects]:
    known = {name: tool.effects for name, tool in tools.items()}
    return known if response is None else {**known, response.spec.name: Effects.NONE}


def _cancelled() -> bool:
    """Whether somebody wants this task to end, rather than the tool having met a cancelled one of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """The first failure of a group whose tasks hold no groups of their own."""
    return failures.exceptions[0]
