"""All that one run needs, in one place."""

from collections.abc import Callable, Sequence
from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.kernel.protocols.around import ContextPolicy
from heartbit_tui.kernel.protocols.models import Provider, ToolSpec
from heartbit_tui.kernel.protocols.rules import Gate, Guardrail
from heartbit_tui.kernel.protocols.tools import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far one run may go; None means no limit.

    Defaults: 50 turns a run, 120 s a tool call, 32,768 bytes of a tool's output, three repetitions. Calls of
    `repeatable` tools may come again and again: what they tell changes by itself.
    """

    max_turns: int = 50
    max_total_tokens: int | None = None
    max_cost_usd: float | None = None
    run_timeout: float | None = None
    tool_timeout: float | None = 120.0
    max_tool_output_bytes: int = 32_768
    max_identical_tool_calls: int = 3
    max_parallel_calls: int = 16
    repeatable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Everything that one run needs, put together by `runtime`.

    `response` is the tool through which the model has to give its answer where a structured one is wanted; it
    is checked but never run. `system` stays the same for the whole session, so that it can be cached; `facts`
    gives the text that is told with the messages whenever it has changed (mode, date). `offered` chooses the tools
    that a model is told of; any tool can be called all the same. `passing` are tools that come and go: they are asked
    for in every turn.
    """

    name: str
    system: str
    provider: Provider
    tools: tuple[Tool, ...]
    gate: Gate
    context: ContextPolicy
    guardrails: tuple[Guardrail, ...] = ()
    limits: Limits = field(default_factory=Limits)
    max_tokens: int = 8192
    effort: Effort | None = None
    response: Tool | None = None
    facts: Callable[[Mode], str] = lambda mode: f"[mode: {mode}]"
    offered: Callable[[Sequence[ToolSpec], Sequence[Message]], tuple[ToolSpec, ...]] = lambda specs, _: tuple(specs)
    passing: Callable[[], tuple[Tool, ...]] = lambda: ()

    @property
    def all_tools(self) -> tuple[Tool, ...]:
        """The tools that can be called now; of two with one name the first is meant."""
        return (*self.tools, *self.passing())
