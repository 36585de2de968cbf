"""Warns of or refuses text from outside that wants to give the model orders."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.classifying import Classified, classify
from heartbit_tui.guardrails.hidden import escaped
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.sources import SOURCES, source_of
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, OnAnswers, Output, Pass, Refuse, Rewrite, Warn

DENY_AT, WARN_AT = 0.65, 0.35
"""Scores at which a text is refused and warned of."""

OUTSIDE = tuple(source for source in SOURCES if source != "model")
SHOWN_ESCAPED = frozenset({"web", "mcp", "memory", "mail"})
"""Sources whose hidden characters reach the model as escapes; files and commands keep theirs, to be edited."""

SUSPECT = "it looks like an injected instruction (score {score:.2f}, threshold {threshold:.2f}: {labels})"
UNSEEN = "it has {count} hidden characters"

Mode: TypeAlias = Literal["warn", "deny"]


class Injection(Passing):
    """A `Guardrail` that scores what tools bring, and answers where `model` is one of the sources.

    Mode `warn` only ever warns; `deny` refuses from `threshold` on and warns from `warn_threshold` on. Outputs that
    are errors are left alone.
    """

    def __init__(
        self,
        *,
        mode: Mode = "warn",
        threshold: float = DENY_AT,
        warn_threshold: float = WARN_AT,
        sources: Iterable[str] = OUTSIDE,
    ) -> None:
        super().__init__("injection")
        self._mode = mode
        self._deny_at = threshold
        self._warn_at = min(warn_threshold, threshold)
        self._sources = frozenset(sources)

    @property
    def on_answers(self) -> OnAnswers:
        """Something where `model` is one of the sources; in mode `warn` it only warns."""
        return "nothing" if "model" not in self._sources else "rules" if self._mode == "deny" else "warns"

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """The worst of the text blocks."""
        if "model" not in self._sources:
            return Pass()
        looked = [classify(block.text) for block in message.content if isinstance(block, Text)]
        return self._judged(max(looked, key=lambda each: each.score)) if looked else Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output, warned of or refused."""
        source = source_of(call.name)
        if output.is_error or source not in self._sources:
            return output
        looked = classify(output.content)
        if looked.hidden and source in SHOWN_ESCAPED:
            output = replace(output, content=escaped(output.content))
        said = self._judged(looked)
        return output if isinstance(said, Pass) else Checked(output=output, said=said)

    def _judged(self, looked: Classified) -> Judgement:
        denied = self._mode == "deny" and looked.score >= self._deny_at
        suspect = denied or looked.score >= self._warn_at
        if not suspect and not looked.hidden:
            return Pass()
        level = self._deny_at if denied else self._warn_at
        about = SUSPECT.format(score=looked.score, threshold=level, labels=", ".join(looked.labels))
        reasons = (about if suspect else "", UNSEEN.format(count=looked.hidden) if looked.hidden else "")
        reason = "; ".join(filter(None, reasons))
        return Refuse(reason=reason, quote=looked.quote) if denied else Warn(reason=reason, quote=looked.quote)
