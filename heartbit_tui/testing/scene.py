"""What a context policy is tried with: a conversation, and a model that it can ask on the side."""

from collections.abc import Callable, Sequence

from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.errors import ProviderError
from heartbit_tui.kernel.events import Envelope, Event, ModelCalled
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Text, Usage, user
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Clock, Purpose, Request
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.histories import envelopes


def says(text: str, *, usage: Usage | None = None, stop: StopReason = StopReason.END_TURN) -> Assistant:
    """An answer of these words."""
    return Assistant(content=(Text(text=text),), usage=usage or Usage(input_tokens=100, output_tokens=10), stop=stop)


class FakeScene:
    """A `Scene` over a log of its own.

    `answer` gives what the model says to a question on the side, or the error that it fails with. `asked` holds the
    questions, `emitted` what a policy published, and `conversation` what came of it.
    """

    def __init__(
        self,
        events: Sequence[Event] = (),
        *,
        answer: Callable[[Request], Assistant | ProviderError] = lambda _: says("In short: it was mended."),
        clock: Clock | None = None,
    ) -> None:
        self.log: list[Envelope] = envelopes(events)
        self.conversation = Conversation("main", self.log)
        self.asked: list[Request] = []
        self.emitted: list[Event] = []
        self._answer = answer
        self._clock = clock or FakeClock()

    @property
    def clock(self) -> Clock:
        return self._clock

    def past(self) -> Past:
        return self.conversation.past()

    def emit(self, event: Event) -> int:
        self.emitted.append(event)
        return self.tell(event)

    def tell(self, *events: Event) -> int:
        """Let something happen that no policy did; the seq of the last of it."""
        for envelope in envelopes(events, first=len(self.log) + 1):
            self.log.append(envelope)
            self.conversation.apply(envelope)
        return len(self.log)

    async def ask(self, request: Request, purpose: Purpose) -> Assistant:
        self.asked.append(request)
        answer = self._answer(request)
        if isinstance(answer, ProviderError):
            raise answer
        self.emit(ModelCalled(purpose=purpose, model="fake", usage=answer.usage))
        return answer

    def request(self, *, system: str = "You are a test.", max_tokens: int = 1_000) -> Request:
        """What would be sent now."""
        messages: tuple[Message, ...] = self.conversation.messages()
        if not messages or (isinstance(messages[-1], Assistant) and messages[-1].stop is not StopReason.PAUSE):
            messages = (*messages, user("Go on."))
        return Request(system=system, messages=messages, max_tokens=max_tokens)
