"""A guardrail whose warnings add up to a refusal."""

from collections import deque

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import (
    Checked,
    Guardrail,
    Judgement,
    OnAnswers,
    Output,
    Pass,
    Refuse,
    Request,
    Rewrite,
    Warn,
)

TOO_OFTEN = "warned {count} times: {reason}"


class Tally:
    """Counts warnings: those in a row, or with a window those among so many judgements."""

    def __init__(self, threshold: int, window: int | None = None) -> None:
        self._threshold = threshold
        self._in_a_row = window is None
        self._last = deque[bool](maxlen=threshold if window is None else max(window, threshold))

    def take(self, judgement: Judgement) -> Judgement:
        """The judgement, refused where it is the warning that makes too many; a refusal begins anew."""
        warned = isinstance(judgement, Warn)
        if isinstance(judgement, Refuse) or (self._in_a_row and not warned):
            self._last.clear()
            return judgement
        self._last.append(warned)
        if not isinstance(judgement, Warn) or sum(self._last) < self._threshold:
            return judgement
        count = sum(self._last)
        self._last.clear()
        reason = TOO_OFTEN.format(count=count, reason=judgement.reason)
        return Refuse(reason=reason, quote=judgement.quote, spent=judgement.spent)


class WarnToDeny(Passing):
    """A `Guardrail` around another one that refuses at the `threshold`th warning.

    Answers and calls are counted together, outputs of tools on their own: most calls have nothing to warn of before
    they run. Without a `window` only warnings in a row count.
    """

    def __init__(self, inner: Guardrail, threshold: int, *, window: int | None = None) -> None:
        super().__init__(inner.name)
        self._inner = inner
        self._asked = Tally(threshold, window)
        self._brought = Tally(threshold, window)

    @property
    def on_answers(self) -> OnAnswers:
        """Any warning of the inner one may be the one that is refused."""
        return "nothing" if self._inner.on_answers == "nothing" else "rules"

    async def pre_llm(self, request: Request) -> Request:
        """As the inner one does."""
        return await self._inner.pre_llm(request)

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """As the inner one judges, counted."""
        judged = await self._inner.post_llm(message)
        if isinstance(judged, Rewrite):
            return Rewrite(message=judged.message, said=self._counted(judged.said))
        return self._counted(judged)

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """As the inner one judges, counted."""
        return self._counted(await self._inner.pre_tool(call))

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """As the inner one does; its judgements are counted, an output without one is a good sign."""
        checked = await self._inner.post_tool(call, output)
        if isinstance(checked, Output):
            self._brought.take(Pass())
            return checked
        said = self._brought.take(checked.said)
        return Checked(output=checked.output, said=said)

    def _counted(self, judgement: Judgement) -> Judgement:
        return self._asked.take(judgement)
