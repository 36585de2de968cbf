"""A piece of work that may take less than the settings allow: so much money, so many tokens, so many calls of tools."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from heartbit_tui.config import Config
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Judgement, Pass, Refuse
from heartbit_tui.runtime.options import Options

USED_UP: Final = (
    "this work may make {most} calls, and it has made them: answer now with what is known, and call nothing more"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a piece of work may take at most: US dollars, tokens, calls; None is as much as the settings let it."""

    cost_usd: float | None = None
    tokens: int | None = None
    calls: int | None = None


class FewCalls(Passing):
    """Refuses every call after the first `most` of a session, with the advice to answer."""

    def __init__(self, most: int) -> None:
        super().__init__("allowance")
        self._most = most
        self._made = 0

    async def pre_tool(self, call: ToolCall) -> Judgement:
        self._made += 1
        return Pass() if self._made <= self._most else Refuse(reason=USED_UP.format(most=self._most))


def bounded(options: Options, config: Config, allowance: Allowance) -> Options:
    """The options of a session that may take no more; where the settings allow less, that holds."""
    flags: Mapping[str, object] = {
        **options.flags,
        **_less("limits.max_cost_usd", config.number("limits.max_cost_usd"), allowance.cost_usd),
        **_less("limits.max_total_tokens", config.integer("limits.max_total_tokens"), allowance.tokens),
    }
    if allowance.calls is None:
        return replace(options, flags=flags)
    guardrails = (*options.brought.guardrails, FewCalls(allowance.calls))
    return replace(options, flags=flags, brought=replace(options.brought, guardrails=guardrails))


def _less(key: str, configured: float | None, wanted: float | None) -> Mapping[str, object]:
    if wanted is None or (configured is not None and configured <= wanted):
        return {}
    return {key: wanted}
