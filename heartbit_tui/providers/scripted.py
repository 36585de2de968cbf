"""A provider that plays a script: the demo's model and the tests' model. No model is behind it."""

from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from heartbit_tui.kernel.errors import (
    InvalidRequestError,
    MalformedError,
    NetworkError,
    ProviderError,
    StalledError,
)
from heartbit_tui.kernel.events import TextDelta, ThinkingDelta, ToolInputDelta
from heartbit_tui.kernel.messages import Message, Opaque, Text, Thinking, ToolCall, ToolResult, User
from heartbit_tui.kernel.protocols import Block, Clock, Finish, Part, Request
from heartbit_tui.providers import classify, faults
from heartbit_tui.providers.arguments import read_call, written
from heartbit_tui.providers.script import Player, RawCall, Reply, ScriptBlock, load, pieces

if TYPE_CHECKING:
    import httpx

    from heartbit_tui.providers.pricing import Prices
    from heartbit_tui.providers.types import Settings

DEFAULT = (Reply(blocks=(Text(text="This is the scripted provider. No model is behind it."),), times=0),)

Composer = Callable[[Request], Reply | None]
"""Makes the reply to a request, or None to leave it to the script."""


class Scripted:
    """Plays replies in order; `requests` holds what was asked, `left` counts the replies not yet given."""

    def __init__(
        self,
        replies: Iterable[Reply] = (),
        *,
        compose: Composer | None = None,
        clock: Clock | None = None,
        model: str = "scripted",
        name: str = "scripted",
    ) -> None:
        self._player = Player(replies)
        self._compose = compose
        self._clock = clock
        self._model = model
        self._name = name
        self.requests: list[Request] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def model(self) -> str:
        return self._model

    @property
    def left(self) -> int:
        """How many replies of the script were not given yet."""
        return self._player.left

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the next reply; pacing is waited for only when there is a clock."""
        self.requests.append(request)
        reply = self._reply(request)
        if reply is None:
            raise InvalidRequestError("The script has no reply to this request.", status=400)
        await self._sleep(reply.wait)
        for count, part in enumerate(self._parts(reply)):
            self._fail(reply.fault, count)
            yield part
            await self._sleep(reply.pace)
        self._fail(reply.fault, None)

    def _reply(self, request: Request) -> Reply | None:
        composed = self._compose(request) if self._compose else None
        if composed is not None:
            return Player([composed]).next(last="")
        last = _words(request.messages[-1]) if request.messages else ""
        return self._player.next(last=last, system=request.system)

    def _parts(self, reply: Reply) -> Iterable[Part]:
        for block in reply.blocks:
            yield from _deltas(block, reply.chunk)
            yield Block(block=self._finished(block))
        cost = reply.cost_usd
        yield Finish(stop=reply.stop_reason, usage=reply.usage, provider=self.name, model=self.model, cost_usd=cost)

    def _finished(self, block: ScriptBlock) -> Text | Thinking | ToolCall | Opaque:
        match block:
            case RawCall(id=id, name=name, arguments=text):
                return read_call(id, name, text, cut=False)
            case Opaque(provider="", data=data):
                return Opaque(provider=self.name, data=data)
            case _:
                return block

    def _fail(self, fault: faults.Fault | None, shown: int | None) -> None:
        """Raise what `fault` stands for, once as many parts were shown as it lets through; None: all were."""
        if fault is None:
            return
        allowed = getattr(fault, "after", 0)
        if shown is None or shown >= max(allowed, 0):
            raise _error(fault)

    async def _sleep(self, seconds: float) -> None:
        if seconds and self._clock:
            await self._clock.sleep(seconds)


def _error(fault: faults.Fault) -> ProviderError:
    match fault:
        case faults.Status(status=status, headers=headers, body=body):
            return classify.error_from_status(status, body, dict(headers), service="scripted")
        case faults.ErrorEvent(error=error):
            return classify.error_from_event(error or {"type": "overloaded_error"}, service="scripted")
        case faults.Stall() | faults.Trickle():
            return StalledError("scripted: the script stalls here.")
        case faults.Refuse() | faults.Drop() | faults.End() | faults.Cut():
            return NetworkError("scripted: the script breaks the connection here.")
        case faults.Redirect() | faults.Junk() | faults.Html() | faults.GzipBomb():
            return MalformedError("scripted: the script sends junk here.")
        case faults.EndlessHeaders() | faults.EndlessBody():
            return MalformedError("scripted: the script sends too much here.")
        case _:
            assert_never(fault)


def _deltas(block: ScriptBlock, size: int) -> Iterable[Part]:
    match block:
        case Text(text=text):
            yield from (TextDelta(text=piece) for piece in pieces(text, size))
        case Thinking(text=text):
            yield from (ThinkingDelta(text=piece) for piece in pieces(text, size))
        case ToolCall(id=id, name=name, input=arguments):
            for piece in pieces(written(arguments), size):
                yield ToolInputDelta(tool_call_id=id, tool_name=name, text=piece)
        case RawCall(id=id, name=name, arguments=text):
            for piece in pieces(text, size):
                yield ToolInputDelta(tool_call_id=id, tool_name=name, text=piece)
        case Opaque():
            return


def _words(message: Message) -> str:
    if not isinstance(message, User):
        return message.text
    words = [block.text for block in message.content if isinstance(block, Text)]
    results = [block.content for block in message.content if isinstance(block, ToolResult)]
    return "\n".join([*results, *words])


def build(
    settings: "Settings", *, key: str, client: "httpx.AsyncClient", clock: Clock, prices: "Prices | None" = None
) -> Scripted:
    """The provider for these settings: it plays the file `script`, or says again and again that it is none."""
    replies = load(Path(settings.script)) if settings.script else DEFAULT
    return Scripted(replies, clock=clock, model=settings.model or "scripted", name=settings.name)
