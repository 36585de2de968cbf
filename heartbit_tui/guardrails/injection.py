"""Warns of or refuses text from outside that wants to give the model orders."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.classifying import Classified, classify
from heartbit_tui.guardrails.hidden import escaped
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.scoring import Model, Scored
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
BY_MODEL = "model"
MODEL_WEIGHT = 0.4
"""What a model's alarm counts beside the patterns: enough to warn by itself, not enough to refuse."""

Mode: TypeAlias = Literal["warn", "deny"]


class Injection(Passing):
    """A `Guardrail` that scores what tools bring, and answers where `model` is one of the sources.

    Mode `warn` only ever warns; `deny` refuses from `threshold` on and warns from `warn_threshold` on. Outputs that
    are errors are left alone. A `model` is asked beside the patterns; where it cannot be asked, that is warned of.
    """

    def __init__(
        self,
        *,
        mode: Mode = "warn",
        threshold: float = DENY_AT,
        warn_threshold: float = WARN_AT,
        sources: Iterable[str] = OUTSIDE,
        model: Model | None = None,
    ) -> None:
        super().__init__("injection")
        self._mode = mode
        self._deny_at = threshold
        self._warn_at = min(warn_threshold, threshold)
        self._sources = frozenset(sources)
        self._model = model

    @property
    def on_answers(self) -> OnAnswers:
        """Something where `model` is one of the sources; in mode `warn` it only warns."""
        return "nothing" if "model" not in self._sources else "rules" if self._mode == "deny" else "warns"

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """The worst of the text blocks."""
        if "model" not in self._sources:
            return Pass()
        looked = [await self._looked(block.text) for block in message.content if isinstance(block, Text)]
        return self._judged(*max(looked, key=lambda each: each[0].score)) if looked else Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output, warned of or refused."""
        source = source_of(call.name)
        if output.is_error or source not in self._sources:
            return output
        looked, trouble = await self._looked(output.content)
        if looked.hidden and source in SHOWN_ESCAPED:
            output = replace(output, content=escaped(output.content))
        said = self._judged(looked, trouble)
        return output if isinstance(said, Pass) else Checked(output=output, said=said)

    async def _looked(self, text: str) -> tuple[Classified, str]:
        """What patterns and the model find, and why the model may have found too little."""
        looked = classify(text)
        if self._model is None:
            return looked, ""
        scored = await self._model.look(text)
        return (joined(looked, scored) if scored.score >= self._model.threshold else looked), scored.trouble

    def _judged(self, looked: Classified, trouble: str = "") -> Judgement:
        denied = self._mode == "deny" and looked.score >= self._deny_at
        suspect = denied or looked.score >= self._warn_at
        if not suspect and not looked.hidden and not trouble:
            return Pass()
        level = self._deny_at if denied else self._warn_at
        about = SUSPECT.format(score=looked.score, threshold=level, labels=", ".join(looked.labels))
        reasons = (about if suspect else "", UNSEEN.format(count=looked.hidden) if looked.hidden else "", trouble)
        reason = "; ".join(filter(None, reasons))
        return Refuse(reason=reason, quote=looked.quote) if denied else Warn(reason=reason, quote=looked.quote)


def joined(looked: Classified, scored: Scored) -> Classified:
    """What the patterns found with a model's alarm counted in as one more signal."""
    score = round(1 - (1 - looked.score) * (1 - MODEL_WEIGHT), 4)
    labels = tuple(sorted({*looked.labels, BY_MODEL}))
    return replace(looked, score=score, labels=labels, quote=looked.quote or scored.quote)
