"""A guardrail that holds only for some agents, modes, tools or sources."""

from collections.abc import Callable
from dataclasses import dataclass

from heartbit_tui.guardrails.chain import named
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.patterns import fits
from heartbit_tui.guardrails.sources import source_of
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Checked, Guardrail, Judgement, Output, Pass, Request, Rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Each that is not empty has to fit: names of agents and tools are globs, sources and modes are named."""

    agents: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def fits_session(self, agent: str, mode: Mode) -> bool:
        """Whether it holds for this agent in this mode."""
        return _any_fits(agent, self.agents) and (not self.modes or mode.value in self.modes)

    def fits_tool(self, tool: str) -> bool:
        """Whether it holds for this tool."""
        return _any_fits(tool, self.tools) and (not self.sources or source_of(tool) in self.sources)


class Conditional(Passing):
    """A `Guardrail` around another one; `mode` tells the mode that holds now.

    Tools and sources decide about calls and their outputs only: what goes to and comes from a model has neither.
    """

    def __init__(self, inner: Guardrail, when: When, *, agent: str = "", mode: Callable[[], Mode]) -> None:
        super().__init__("conditional")
        self._inner = inner
        self._when = when
        self._agent = agent
        self._mode = mode

    async def pre_llm(self, request: Request) -> Request:
        """As the inner one does, where it holds."""
        return await self._inner.pre_llm(request) if self._holds() else request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """As the inner one does, where it holds."""
        if not self._holds():
            return Pass()
        judged = await self._inner.post_llm(message)
        if isinstance(judged, Rewrite):
            return Rewrite(message=judged.message, said=named(judged.said, self._inner.name))
        return named(judged, self._inner.name)

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """As the inner one does, where it holds."""
        if not self._holds_for(call):
            return Pass()
        return named(await self._inner.pre_tool(call), self._inner.name)

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """As the inner one does, where it holds."""
        checked = await self._inner.post_tool(call, output) if self._holds_for(call) else output
        if isinstance(checked, Checked):
            return Checked(output=checked.output, said=named(checked.said, self._inner.name))
        return checked

    def _holds(self) -> bool:
        return self._when.fits_session(self._agent, self._mode())

    def _holds_for(self, call: ToolCall) -> bool:
        return self._holds() and self._when.fits_tool(call.name)


def _any_fits(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fits(name, glob) for glob in globs)
