"""One model call: the parts of a stream folded into one message, and told as events while they come."""

from contextlib import aclosing

from heartbit_tui.kernel.errors import MalformedError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Event,
    LlmResponse,
    ModelCalled,
    ModelEscalated,
    RetryAttempt,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
    clip,
)
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, StopReason, Text, Thinking
from heartbit_tui.kernel.protocols import Block, Clock, Finish, Part, Request, Spent


class Reply:
    """Folds parts; `first` is when the first delta came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._blocks: list[AssistantBlock] = []
        self._text: list[str] = []
        self.finish: Finish | None = None
        self.first: float | None = None

    def take(self, part: Part) -> Event | None:
        """Take in a part; the event that tells of it, if any."""
        match part:
            case TextDelta():
                self._text.append(part.text)
                return self._shown(part)
            case ThinkingDelta() | ToolInputDelta():
                return self._shown(part)
            case Block(block=block):
                self._blocks.append(block)
                if isinstance(block, Text):
                    self._text.clear()
                return None
            case RetryAttempt() | ModelEscalated():
                self._blocks.clear()
                self._text.clear()
                return part
            case Spent():
                return ModelCalled(purpose=part.purpose, model=part.model, usage=part.usage, cost_usd=part.cost_usd)
            case Finish():
                self.finish = part
                return None

    def message(self) -> Assistant:
        """The whole message; raises `MalformedError` when the stream ended without a Finish."""
        if self.finish is None:
            raise MalformedError("The model's answer ended before it was finished. Try again.")
        return Assistant(
            content=tuple(self._blocks),
            stop=self.finish.stop,
            provider=self.finish.provider,
            model=self.finish.model,
            usage=self.finish.usage,
        )

    def partial(self) -> Assistant | None:
        """What can be kept of an answer that was cut off: its text, never a call; None if there is none."""
        blocks = [block for block in self._blocks if isinstance(block, Text | Thinking)]
        if self._text:
            blocks.append(Text(text="".join(self._text)))
        if not any(isinstance(block, Text) and block.text.strip() for block in blocks):
            return None
        return Assistant(content=tuple(blocks), stop=StopReason.INTERRUPTED)

    def _shown(self, delta: TextDelta | ThinkingDelta | ToolInputDelta) -> Event:
        if self.first is None:
            self.first = self._clock.monotonic()
        return delta


async def ask_model(host: Host, request: Request, *, turn: int, budget: Budget) -> Assistant:
    """Ask the model once and put its answer into the log.

    Whatever ends the call early, what was shown of the answer is put into the log too. Raises `ProviderError`.
    """
    reply, begun = Reply(host.clock), host.clock.monotonic()
    try:
        await _read(host, request, reply, budget)
        message = reply.message()
    except BaseException:
        partial = reply.partial()
        if partial is not None:
            host.emit(AssistantMessage(message=partial))
        raise
    assert reply.finish is not None
    budget.spend(message.usage, reply.finish.cost_usd)
    host.emit(ModelCalled(purpose="turn", model=message.model, usage=message.usage, cost_usd=reply.finish.cost_usd))
    host.emit(AssistantMessage(message=message))
    host.emit(_response(message, turn, host.clock.monotonic() - begun, (reply.first or begun) - begun))
    return message


async def _read(host: Host, request: Request, reply: Reply, budget: Budget) -> None:
    async with aclosing(host.provider.stream(request)) as parts:
        async for part in parts:
            event = reply.take(part)
            if event is not None:
                host.emit(event)
            if isinstance(part, Spent):
                budget.spend(part.usage, part.cost_usd)


def _response(message: Assistant, turn: int, seconds: float, first: float) -> LlmResponse:
    return LlmResponse(
        turn=turn,
        usage=message.usage,
        stop_reason=message.stop,
        tool_call_count=len(message.calls),
        text=clip(message.text),
        latency_ms=round(seconds * 1000),
        model=message.model or None,
        time_to_first_token_ms=round(first * 1000),
    )
