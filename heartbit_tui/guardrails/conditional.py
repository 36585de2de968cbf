"""A guardrail that holds only for some agents, modes, tools or sources."""

from collections.abc import Callable

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.patterns import fits
from heartbit_tui.guardrails.sources import source_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Checked, Guardrail, Judgement, OnAnswers, Output, Pass, Request, Rewrite


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
        super().__init__(inner.name)
        self._inner = inner
        self._when = when
        self._agent = agent
        self._mode = mode

    @property
    def on_answers(self) -> OnAnswers:
        """As the inner one, whatever the mode: it may change while an answer is written."""
        return self._inner.on_answers if _any_fits(self._agent, self._when.agents) else "nothing"

    async def pre_llm(self, request: Request) -> Request:
        """As the inner one does, where it holds."""
        return await self._inner.pre_llm(request) if self._holds() else request

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """As the inner one does, where it holds."""
        if not self._holds():
            return Pass()
        return await self._inner.post_llm(message)

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """As the inner one does, where it holds."""
        if not self._holds_for(call):
            return Pass()
        return await self._inner.pre_tool(call)

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """As the inner one does, where it holds."""
        return await self._inner.post_tool(call, output) if self._holds_for(call) else output

    def _holds(self) -> bool:
        return self._when.fits_session(self._agent, self._mode())

    def _holds_for(self, call: ToolCall) -> bool:
        return self._holds() and self._when.fits_tool(call.name)


def _any_fits(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fits(name, glob) for glob in globs)
