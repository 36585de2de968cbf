"""A model behind a service: encode the request, exchange it, decode the events."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from heartbit_tui.kernel.errors import MalformedError, NetworkError, ProviderError
from heartbit_tui.kernel.messages import JsonObject, StopReason, Usage
from heartbit_tui.kernel.protocols import Clock, Finish, Part, Request, Spent
from heartbit_tui.providers import classify
from heartbit_tui.providers.exchange import Endpoint, Exchange
from heartbit_tui.providers.memo import Writer
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.sse import ServerEvent
from heartbit_tui.providers.table import PROVIDERS
from heartbit_tui.providers.types import LOCAL_TIMEOUTS, Settings, Timeouts

DRAIN = 0.25
"""Seconds to wait for the end of an answer that is already whole, so that its connection can be used again."""

MANY = 200
"""Messages from which on a request is encoded in a thread: 10,000 of them take 200 ms the first time."""

BLOCKS = 16
"""Blocks of the newest message from which on that is done as well: what is to be summarised has many."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What a decoder has learnt of an answer besides its blocks.

    `stop` is set once the model has finished; `done` when the service says that nothing more will come.
    """

    model: str = ""
    stop: StopReason | None = None
    done: bool = False
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None


class Decoder(Protocol):
    """Turns the events of one answer into parts; pure."""

    @property
    def answer(self) -> Answer: ...

    def feed(self, data: JsonObject) -> Iterable[Part]:
        """The parts that this event brings. Raises `ProviderError`."""
        ...

    def end(self) -> Iterable[Part]:
        """The parts that were held back until the end of a whole answer."""
        ...


class Dialect(Protocol):
    """One wire format, as one service speaks it; pure."""

    def body(self, request: Request) -> JsonObject:
        """The request on the wire."""
        ...

    def decoder(self) -> Decoder:
        """A decoder for one answer."""
        ...


class Remote:
    """A `Provider` for a service that streams over HTTP."""

    def __init__(self, exchange: Exchange, dialect: Dialect, *, name: str, model: str, prices: Prices) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._name = name
        self._model = model
        self._prices = prices
        self._written = Writer()

    @property
    def name(self) -> str:
        return self._name

    @property
    def model(self) -> str:
        return self._model

    async def stream(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the answer. What was told of the tokens of one that breaks off comes as `Spent` before its end."""
        decoder, failure = self._dialect.decoder(), None
        try:
            content = await self._content(request)
            async with aclosing(self._exchange.events(content)) as events:
                async for event in events:
                    for part in decoder.feed(self._object(event)):
                        yield part
                    if decoder.answer.done:
                        await _drain(events)
                        break
        except ProviderError as error:
            failure = error
        except asyncio.CancelledError:
            # Who stops an answer pays for it too. Nothing is waited for here: whoever reads on is cancelled at once.
            if decoder.answer.usage != Usage():
                yield self._spent(decoder.answer)
            raise
        answer = decoder.answer
        if answer.stop is not None and (failure is None or isinstance(failure, NetworkError)):
            for part in decoder.end():
                yield part
            yield self._finish(answer, answer.stop)
            return
        if answer.usage != Usage():
            yield self._spent(answer)
        raise failure or classify.cut_short(self._name)

    async def _content(self, request: Request) -> str:
        """The body of the request, made in a thread where the conversation is a long one."""
        if len(request.messages) < MANY and all(len(message.content) < BLOCKS for message in request.messages[-1:]):
            return self._written(self._dialect.body(request))
        return await asyncio.to_thread(lambda: self._written(self._dialect.body(request)))

    def _object(self, event: ServerEvent) -> JsonObject:
        if event.data.strip() == "[DONE]":
            return {"type": "[DONE]"}
        try:
            value: object = json.loads(event.data)
        except (ValueError, RecursionError) as error:
            raise MalformedError(f"{self._name} sent an event that is not JSON.") from error
        return classify.as_object(value)

    def _finish(self, answer: Answer, stop: StopReason) -> Finish:
        model = answer.model or self._model
        cost = self._cost(answer)
        return Finish(stop=stop, usage=answer.usage, provider=self._name, model=model, cost_usd=cost)

    def _spent(self, answer: Answer) -> Spent:
        model = answer.model or self._model
        return Spent(purpose="cut_off", model=model, usage=answer.usage, cost_usd=self._cost(answer))

    def _cost(self, answer: Answer) -> float | None:
        if answer.cost_usd is not None:
            return answer.cost_usd
        known = self._prices.cost(answer.model, answer.usage) if answer.model else None
        return known if known is not None else self._prices.cost(self._model, answer.usage)


async def _drain(events: AsyncGenerator[ServerEvent, None]) -> None:
    with suppress(TimeoutError, ProviderError):
        async with asyncio.timeout(DRAIN):
            async for _ in events:
                pass


def endpoint(settings: Settings, path: str, headers: dict[str, str], key: str) -> Endpoint:
    """Where the requests of a provider with these settings go: `path` below the base URL."""
    entry = PROVIDERS.get(settings.name)
    base = (settings.base_url or (entry.base_url if entry else "")).rstrip("/")
    url = base if base.endswith(path) else base + path
    variable = settings.api_key_env or (entry.key_variable if entry else "")
    return Endpoint(name=settings.name, url=url, headers=headers, key=key, key_variable=variable)


def exchange(target: Endpoint, settings: Settings, *, client: httpx.AsyncClient, clock: Clock) -> Exchange:
    """The exchange with this endpoint, with the time limits of the settings."""
    return Exchange(target, client=client, limits=limits(settings), clock=clock)


def limits(settings: Settings) -> Timeouts:
    """The time limits: those that were set, else the usual ones, which are wider for services on this machine."""
    return settings.timeouts or usual_timeouts(settings.name)


def usual_timeouts(name: str) -> Timeouts:
    """The time limits of a provider for which none are set."""
    entry = PROVIDERS.get(name)
    return LOCAL_TIMEOUTS if entry is not None and entry.local else Timeouts()


def model_of(settings: Settings) -> str:
    """The model that the settings name, else the provider's usual one."""
    entry = PROVIDERS.get(settings.name)
    return settings.model or (entry.model if entry else "")


def integer(data: JsonObject, *path: str) -> int:
    """The number at this path, 0 where there is none."""
    value: object = data
    for key in path:
        value = classify.as_object(value).get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
