"""One model call: the parts of a stream folded into one message, and told as events while they come."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import MalformedError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Event,
    LlmResponse,
    ModelEscalated,
    RetryAttempt,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
    UserMessage,
    clip,
)
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, StopReason, Text, Thinking, ToolCall, user
from heartbit_tui.kernel.protocols import Block, Clock, Finish, Part, Request, Spent

WITHHELD = "[This answer was withheld by a guardrail.]"
AGAIN = "Your answer was refused by the guardrail {reason}. Try again."


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
                return part.told
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A model's answer; one that is `held` is not told yet, and `response` is what is to be told of it."""

    message: Assistant
    response: LlmResponse
    held: bool = False


async def ask_model(host: Host, request: Request, *, turn: int, held: bool = False) -> Answered:
    """Ask the model once; its answer is told, unless it is `held`, but the caller puts it into the log.

    Whatever ends the call early, the text that was shown of the answer is put into the log. Raises `ProviderError`.
    """
    reply, begun = Reply(host.clock), host.clock.monotonic()
    try:
        await _read(host, request, reply, held=held)
        message = reply.message()
    except BaseException:
        partial = None if held else reply.partial()
        if partial is not None:
            host.emit(AssistantMessage(message=partial))
        _tell_cost(host, reply)
        raise
    message = _with_own_ids(message, turn, host)
    _tell_cost(host, reply)
    response = _response(message, turn, host.clock.monotonic() - begun, (reply.first or begun) - begun)
    if not held:
        host.emit(response)
    return Answered(message=message, response=response, held=held)


async def keep(answered: Answered, host: Host, guards: Guards) -> bool:
    """Put an answer into the log as far as the guardrails let it stand; whether it has to be written anew.

    Of a held answer nothing is told but what is left of it; what nobody could check is withheld. Raises
    `GuardrailError` when a guardrail fails.
    """
    message = answered.message
    kept, reason = replace(message, content=(Text(text=WITHHELD),)), ""
    try:
        judged, reason = await guards.answer(message)
        kept = kept if reason else judged
    except asyncio.CancelledError:
        words = tuple(block for block in message.content if not isinstance(block, ToolCall))
        kept = replace(kept if answered.held else replace(message, content=words), stop=StopReason.INTERRUPTED)
        raise
    finally:
        if answered.held:
            host.emit(replace(answered.response, text=clip(kept.text), tool_call_count=len(kept.calls)))
        host.emit(AssistantMessage(message=kept))
    if reason:
        host.emit(UserMessage(message=user(AGAIN.format(reason=reason)), origin="heartbit"))
    return bool(reason)


async def _read(host: Host, request: Request, reply: Reply, *, held: bool) -> None:
    async with aclosing(host.provider.stream(request)) as parts:
        async for part in parts:
            event = reply.take(part)
            if event is not None and not (held and isinstance(event, TextDelta | ThinkingDelta | ToolInputDelta)):
                host.emit(event)


def _tell_cost(host: Host, reply: Reply) -> None:
    if reply.finish is not None:
        host.emit(reply.finish.spent("turn").told)


def _with_own_ids(message: Assistant, turn: int, host: Host) -> Assistant:
    """The message with an id of its own for every call; some services give none, or the same ones each turn."""
    seen = set[str]()
    content: list[AssistantBlock] = []
    for block in message.content:
        if not isinstance(block, ToolCall):
            content.append(block)
            continue
        fresh = _fresh(block.id, turn, seen, host)
        seen.add(fresh)
        content.append(block if fresh == block.id else replace(block, id=fresh))
    return message if tuple(content) == message.content else replace(message, content=tuple(content))


def _fresh(id: str, turn: int, seen: set[str], host: Host) -> str:
    fresh, number = id, turn
    while not fresh or fresh in seen or host.knows(fresh):
        fresh, number = f"{id or 'call'}_{number}", number + 1
    return fresh


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
