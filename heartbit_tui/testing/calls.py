"""What a tool is called with, without a session around it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Ask


class FakeCallContext:
    """A `CallContext` that keeps what a call emits and answers its questions from a list.

    `answers` are given in order; when none is left, nobody answers (None). `decisions` answer what it wants approved in
    the same way. `events`, `asked` and `wanted` hold what came. `places` is where paths led when they were judged.
    """

    def __init__(
        self,
        *,
        agent: str = "main",
        call_id: str = "call_1",
        answers: Iterable[tuple[tuple[str, ...], ...] | None] = (),
        decisions: Iterable[Decide | None] = (),
        places: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._agent = agent
        self._call_id = call_id
        self._places = places
        self._answers = list(answers)
        self._decisions = list(decisions)
        self.events: list[Event] = []
        self.asked: list[tuple[Question, ...]] = []
        self.wanted: list[Ask] = []

    @property
    def agent(self) -> str:
        return self._agent

    @property
    def call_id(self) -> str:
        return self._call_id

    @property
    def places(self) -> Mapping[str, str]:
        return self._places

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        self.asked.append(tuple(questions))
        return self._answers.pop(0) if self._answers else None

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        self.wanted.append(Ask(reason=reason, rule=rule, proposal=proposal))
        return self._decisions.pop(0) if self._decisions else None
