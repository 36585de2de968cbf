"""Takes what belongs to a person out of what tools bring and models say, warns of it, or refuses it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.detecting import DETECTORS, Match, custom, detect
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.patterns import compiled
from heartbit_tui.guardrails.reading import sentence
from heartbit_tui.guardrails.redacting import answer_with, output_with, strings_in, words_of
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, OnAnswers, Output, Pass, Refuse, Rewrite, Warn

Action: TypeAlias = Literal["redact", "warn", "deny"]

USUAL = ("email", "phone", "ssn", "credit_card")
"""The detectors that look where none are named; the seed's."""

FOUND = "personal data: {labels}"
REDACTED = "personal data was redacted: {labels}"


class Pii(Passing):
    """A `Guardrail` for personal data.

    `redact` puts `[REDACTED:label]` in place of it, in outputs and answers, and warns of it in a call's input, which
    cannot be changed; `warn` and `deny` do that everywhere. `own` maps labels to patterns. Raises `ConfigError` for a
    pattern that could take too long.
    """

    def __init__(
        self, *, action: Action = "redact", detectors: Sequence[str] = USUAL, own: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("pii")
        self._action = action
        chosen = tuple(found for name, found in DETECTORS.items() if name in detectors)
        patterns = (own or {}).items()
        self._detectors = (*chosen, *(custom(label, compiled(text, label)) for label, text in patterns))

    @property
    def on_answers(self) -> OnAnswers:
        """As the action says."""
        return "warns" if self._action == "warn" else "rules"

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """The answer, rewritten where it may be."""
        judged = self._judged("\n".join(words_of(message)))
        if isinstance(judged, Pass) or self._action != "redact":
            return judged
        return Rewrite(message=answer_with(message, self.redacted), said=judged)

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """A judgement on every string of the input."""
        text = "\n".join(strings_in(call.input))
        matches = self.found(text)
        if not matches:
            return Pass()
        reason, quote = FOUND.format(labels=_counted(matches)), self._quote(text, matches)
        return Refuse(reason=reason, quote=quote) if self._action == "deny" else Warn(reason=reason, quote=quote)

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output, rewritten where it may be."""
        judged = self._judged("\n".join((output.content, *strings_in(output.details))))
        if isinstance(judged, Pass):
            return output
        kept = output_with(output, self.redacted) if self._action == "redact" else output
        return Checked(output=kept, said=judged)

    def found(self, text: str) -> tuple[Match, ...]:
        """What of a text is personal."""
        return detect(text, self._detectors)

    def redacted(self, text: str) -> str:
        """The text with a token in place of all that is personal."""
        pieces: list[str] = []
        done = 0
        for match in self.found(text):
            pieces += (text[done : match.start], f"[REDACTED:{match.label}]")
            done = match.end
        return "".join((*pieces, text[done:]))

    def _judged(self, text: str) -> Judgement:
        matches = self.found(text)
        if not matches:
            return Pass()
        reason = (REDACTED if self._action == "redact" else FOUND).format(labels=_counted(matches))
        quote = self._quote(text, matches)
        return Refuse(reason=reason, quote=quote) if self._action == "deny" else Warn(reason=reason, quote=quote)

    def _quote(self, text: str, matches: Sequence[Match]) -> str:
        """The sentence of the first match, with everything personal taken out before it is cut."""
        start = matches[0].start
        before, after = self.redacted(text[:start]), self.redacted(text[start:])
        return sentence(before + after, len(before))


def _counted(matches: Sequence[Match]) -> str:
    counts = Counter(match.label for match in matches)
    return ", ".join(f"{label} ×{count}" if count > 1 else label for label, count in sorted(counts.items()))
