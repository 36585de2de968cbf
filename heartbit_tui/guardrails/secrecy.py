"""Keeps keys and passwords from models, tools' inputs and the log."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, TypeAlias

from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.guardrails.redacting import answer_with, output_with, request_with, strings_in
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.protocols import Checked, Judgement, Output, Pass, Refuse, Request, Rewrite, Warn

Action: TypeAlias = Literal["redact", "warn", "deny"]

REMEMBERED = 4096
"""Texts of which it is known what is left of them, because each request repeats those of the one before."""

IN_OUTPUT = "a secret was redacted from this output"
IN_ANSWER = "a secret was redacted from this answer"
IN_CALL = "this input has a secret in it"


class Secrecy(Passing):
    """A `Guardrail` that lets no secret through to a model; `redact` makes a text fit to be shown.

    `action` says what becomes of a call whose input has a secret, which cannot be changed: with `deny` it is refused,
    otherwise warned of. Outputs, answers and requests are always redacted.
    """

    def __init__(self, redact: Callable[[str], str], *, action: Action = "redact") -> None:
        super().__init__("secrets")
        self._redact = lru_cache(maxsize=REMEMBERED)(redact)
        self._action = action

    async def pre_llm(self, request: Request) -> Request:
        """The request without secrets."""
        return request_with(request, self._redact)

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """The answer without secrets."""
        kept = answer_with(message, self._redact)
        return Pass() if kept == message else Rewrite(message=kept, said=Warn(reason=IN_ANSWER))

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """Whether the input has a secret."""
        if all(self._redact(text) == text for text in strings_in(call.input)):
            return Pass()
        return Refuse(reason=IN_CALL) if self._action == "deny" else Warn(reason=IN_CALL)

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output without secrets."""
        kept = output_with(output, self._redact)
        if kept.content == output.content and strings_in(kept.details) == strings_in(output.details):
            return output
        return Checked(output=kept, said=Warn(reason=IN_OUTPUT))
