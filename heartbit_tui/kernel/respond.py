"""An answer in a wanted shape, which the model gives by calling a tool that never runs."""

from collections.abc import Sequence

from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.errors import AnswerError
from heartbit_tui.kernel.events import UserMessage
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import JsonObject, ToolCall, user
from heartbit_tui.kernel.protocols import Output, ThisTool, Tool, ToolChoice, ToolSpec

REPAIRS = 2
"""How often a model may try again to give its answer in the wanted shape."""

ACCEPTED = "Accepted as the answer."
NOT_RUN = "Not run: the answer was given in the same turn."
DEMAND = "Give your answer by calling the tool `{name}`."
GIVEN_UP = "The model gave no answer in the wanted shape: {problem}"


class Respond:
    """Watches for the answer; without a tool for it (`tool` is None) it does nothing."""

    def __init__(self, tool: Tool | None, host: Host, calls: Calls) -> None:
        self._tool = tool
        self._host = host
        self._calls = calls
        self._failures = 0
        self.answer: JsonObject | None = None

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tool to offer beside the others."""
        return (self._tool.spec,) if self._tool else ()

    def choice(self, offered: Sequence[ToolSpec]) -> ToolChoice:
        """Once the model has failed to answer through the tool it has no other choice, nor where none but it is offered."""
        forced = self._failures or len(offered) == 1
        return ThisTool(name=self._tool.spec.name) if self._tool and forced else None

    def take(self, calls: Sequence[ToolCall]) -> bool:
        """Whether the model tried to answer; all calls of that turn are then answered here."""
        answers = tuple(call for call in calls if self._tool and call.name == self._tool.spec.name)
        if not self._tool or not answers:
            return False
        problem = answers[0].fault or self._tool.check(answers[0].input)
        for call in calls:
            if call is not answers[0]:
                self._calls.refuse([call], NOT_RUN)
        if problem:
            self._calls.refuse(answers[:1], problem)
            self._failed(problem)
        else:
            self._calls.answer(answers[0], Output(content=ACCEPTED))
            self.answer = answers[0].input
        return True

    def demand(self) -> bool:
        """Ask for the answer when the model ended without giving it; whether there was need to."""
        if not self._tool:
            return False
        self._failed(f"it did not call `{self._tool.spec.name}`")
        self._host.emit(UserMessage(message=user(DEMAND.format(name=self._tool.spec.name)), origin="heartbit"))
        return True

    def _failed(self, problem: str) -> None:
        self._failures += 1
        if self._failures > REPAIRS:
            raise AnswerError(GIVEN_UP.format(problem=problem))
