"""The agent's loop: ask, act, repeat."""

from dataclasses import dataclass, replace

from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.circles import Circles
from heartbit_tui.kernel.errors import AnswerError, ContextOverflowError, LimitError
from heartbit_tui.kernel.events import (
    AutoCompactionTriggered,
    BudgetExceeded,
    GuardrailDenied,
    GuardrailWarned,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, Usage, user
from heartbit_tui.kernel.protocols import Agent, Refuse, Request, View, Warn
from heartbit_tui.kernel.reply import ask_model
from heartbit_tui.kernel.respond import Respond

CUT_OFF = "The model's answer was cut off at its output limit of {tokens} tokens. Raise provider.max_tokens."
REFUSED = "The model refused to go on with this task. Say it differently, or try another model."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended well; `structured` is the answer in the wanted shape, where one was wanted."""

    tool_calls_made: int
    structured: JsonObject | None = None


class Loop:
    """One run of one agent: `run` works until the model has nothing left to do."""

    def __init__(self, agent: Agent, host: Host, budget: Budget) -> None:
        self._agent = agent
        self._host = host
        self._budget = budget
        self._calls = Calls(agent, host)
        self._circles = Circles(agent.limits, host, self._calls)
        self._respond = Respond(agent.response, host, self._calls)
        self._turn = 0

    async def run(self) -> Outcome:
        """Ask, act, repeat.

        Raises `HeartbitError` when a limit, the provider, a guardrail or a person ends it.
        """
        while True:
            self._turn += 1
            self._budget.check_turn(self._turn)
            self._host.emit(TurnStarted(turn=self._turn, max_turns=self._agent.limits.max_turns))
            message = await self._ask()
            self._check_spending()
            if await self._refused(message):
                continue
            await self._act(message)
            if self._respond.answer is not None or (not self._steered() and self._finished(message)):
                return Outcome(tool_calls_made=self._calls.made, structured=self._respond.answer)

    async def _ask(self) -> Assistant:
        request = await self._request()
        try:
            return await ask_model(self._host, request, turn=self._turn, budget=self._budget)
        except ContextOverflowError:
            shorter = await self._agent.context.shorten(request, turn=self._turn)
            self._host.emit(AutoCompactionTriggered(turn=self._turn, success=shorter is not None, usage=Usage()))
            if shorter is None:
                raise
            return await ask_model(self._host, self._seen(request, shorter), turn=self._turn, budget=self._budget)

    async def _request(self) -> Request:
        request = Request(
            system=self._agent.system,
            messages=self._host.messages(),
            tools=tuple(tool.spec for tool in self._agent.tools) + self._respond.specs,
            max_tokens=self._agent.max_tokens,
            tool_choice=self._respond.choice,
            effort=self._host.effort,
        )
        request = self._seen(request, await self._agent.context.view(request, turn=self._turn))
        for guardrail in self._agent.guardrails:
            request = await guardrail.pre_llm(request)
        return request

    def _seen(self, request: Request, view: View) -> Request:
        for event in view.events:
            self._host.emit(event)
        return replace(request, messages=view.messages)

    async def _refused(self, message: Assistant) -> bool:
        """Whether a guardrail refuses the answer, which the model then has to write anew."""
        for guardrail in self._agent.guardrails:
            match await guardrail.post_llm(message):
                case Warn(reason=reason):
                    self._host.emit(GuardrailWarned(hook="post_llm", reason=reason))
                case Refuse(reason=reason):
                    self._host.emit(GuardrailDenied(hook="post_llm", reason=reason))
                    self._calls.refuse(message.calls, f"Not run: {reason}")
                    told = f"Your answer was refused by the guardrail {guardrail.name}: {reason}. Try again."
                    self._host.emit(UserMessage(message=user(told), origin="heartbit"))
                    return True
                case _:
                    pass
        return False

    async def _act(self, message: Assistant) -> None:
        calls = self._calls.mend(message.calls)
        if self._respond.take(calls) or not calls or await self._circles.closed(calls, self._turn):
            return
        await self._calls.run(calls, turn=self._turn)

    def _steered(self) -> bool:
        """Pass on what a person said meanwhile; whether there was anything."""
        words = self._host.steers()
        for text in words:
            self._host.emit(UserMessage(message=user(text), origin="steer"))
        return bool(words)

    def _finished(self, message: Assistant) -> bool:
        if message.calls or message.stop is StopReason.PAUSE:
            return False
        if message.stop is StopReason.MAX_TOKENS:
            raise AnswerError(CUT_OFF.format(tokens=self._agent.max_tokens))
        if message.stop is StopReason.REFUSAL:
            raise AnswerError(REFUSED)
        return not self._respond.demand()

    def _check_spending(self) -> None:
        try:
            self._budget.check_spending()
        except LimitError as error:
            usage, unit = self._budget.usage, "usd" if error.limit == "cost" else "tokens"
            self._host.emit(BudgetExceeded(used=error.used, limit=error.bound, partial_usage=usage, unit=unit))
            raise
