"""The agent's loop: ask, act, repeat."""

import asyncio

from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.circles import Circles
from heartbit_tui.kernel.errors import AnswerError, ContextOverflowError
from heartbit_tui.kernel.events import TurnStarted, UserMessage
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, user
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.reply import Answered, ask_model, keep
from heartbit_tui.kernel.respond import Respond
from heartbit_tui.kernel.sight import Sight
from heartbit_tui.kernel.spending import admit, check_spending

CUT_OFF = "The model's answer was cut off at its output limit of {tokens} tokens. Raise limits.max_output_tokens."
REFUSED = "The model refused to go on with this task. Say it differently, or try another model."
NOT_RUN = "Not run: the answer that asked for it ended in a refusal."


class Loop:
    """One run of one agent: `run` works until the model has nothing left to do."""

    def __init__(self, agent: Agent, host: Host, budget: Budget) -> None:
        self._agent = agent
        self._host = host
        self._budget = budget
        self._guards = Guards(agent.guardrails, host)
        self._calls = Calls(agent, host, self._guards)
        self._circles = Circles(agent.limits, host, self._calls)
        self._respond = Respond(agent.response, host, self._calls)
        self._sight = Sight(agent, host, self._guards, self._respond)
        self._turn = 0

    @property
    def calls_made(self) -> int:
        """How many calls it has made."""
        return self._calls.made

    async def run(self) -> JsonObject | None:
        """Ask, act, repeat; the answer in the wanted shape, where one was wanted.

        Raises `HeartbitError` when a limit, the provider, a guardrail or a person ends it.
        """
        while True:
            self._turn += 1
            self._budget.check_turn(self._turn)
            await admit(self._budget, self._host)
            held, most = self._guards.holds, self._agent.limits.max_turns
            self._host.emit(TurnStarted(turn=self._turn, max_turns=most, held=held))
            answered = await self._ask(held=held)
            refused = await keep(answered, self._host, self._guards)
            _stay_wanted()
            check_spending(self._budget, self._host)
            if refused:
                continue
            await self._act(answered.message)
            if self._respond.answer is not None or (not self._steered() and self._finished(answered.message)):
                return self._respond.answer

    async def _ask(self, *, held: bool) -> Answered:
        request = await self._sight.request(self._turn)
        try:
            return await ask_model(self._host, request, turn=self._turn, held=held)
        except ContextOverflowError as overflow:
            shorter = await self._sight.shorter(self._turn, overflow)
            if shorter is None:
                raise overflow from None
        return await ask_model(self._host, shorter, turn=self._turn, held=held)

    async def _act(self, message: Assistant) -> None:
        if message.stop is StopReason.REFUSAL:
            self._calls.refuse(message.calls, NOT_RUN)
            return
        calls = self._calls.mend(message.calls)
        if not calls or self._respond.take(calls) or await self._circles.closed(calls, self._turn):
            return
        await self._calls.run(calls, turn=self._turn)

    def _steered(self) -> bool:
        """Pass on what a person said meanwhile; whether there was anything."""
        words = self._host.steers()
        for text in words:
            self._host.emit(UserMessage(message=user(text), origin="steer"))
        return bool(words)

    def _finished(self, message: Assistant) -> bool:
        if message.stop is StopReason.REFUSAL:
            raise AnswerError(REFUSED)
        if message.calls or message.stop is StopReason.PAUSE:
            return False
        if message.stop is StopReason.MAX_TOKENS:
            raise AnswerError(CUT_OFF.format(tokens=self._agent.max_tokens))
        return not self._respond.demand()


def _stay_wanted() -> None:
    """Raise `CancelledError` when somebody wants this run to end and the provider kept that to itself."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
