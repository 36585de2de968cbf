"""A way to one agent, made with the official SDK; it is loaded when an agent is first spoken to."""

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, TypeVar, cast

import httpx
from a2a.client import ClientConfig, ClientFactory
from a2a.client.card_resolver import parse_agent_card
from a2a.types.a2a_pb2 import (
    AgentInterface,
    CancelTaskRequest,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
)
from a2a.utils.errors import A2AError
from google.protobuf.json_format import ParseError

from heartbit_tui.a2a.folding import Folded
from heartbit_tui.a2a.plain import visible
from heartbit_tui.a2a.types import RESTING, AgentError, Card, Heard, Json, Peer, Reply
from heartbit_tui.kernel.protocols import Clock

T = TypeVar("T")
PAUSES = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds between two looks at a task that goes on; the last one again and again."""

MISSES = 5
"""Looks in a row that may fail before an agent counts as gone."""

MOST_EVENTS = 20_000
MOST_WORDS = 300
DENIED = (401, 403)
NOBODY = "it lets nobody in ({status})"
GONE = "it did not say how its task ended: {why}"
NOTHING = "it answered nothing that can be understood"
TOO_MUCH = "it sent more than {most:,} events"


def open_link(peer: Peer, found: Mapping[str, Json], card: Card, client: httpx.AsyncClient, clock: Clock) -> "Sdk":
    """A way to the agent at the address of `card`, and at no other that it names. Raises `AgentError`."""
    try:
        whole = parse_agent_card(_copy(found))
    except (ParseError, ValueError, RecursionError, AttributeError, TypeError) as error:
        raise AgentError(f"its card cannot be read: {_line(error)}") from error
    way = AgentInterface(
        url=card.endpoint, protocol_binding=card.binding, protocol_version=card.version, tenant=card.tenant
    )
    del whole.supported_interfaces[:]
    whole.supported_interfaces.append(way)
    config = ClientConfig(httpx_client=client, streaming=True, polling=True, supported_protocol_bindings=[card.binding])
    try:
        return Sdk(ClientFactory(config).create(whole), card, clock)
    except (A2AError, ValueError) as error:
        raise AgentError(f"it cannot be spoken to: {_line(error)}") from error


class Sdk:
    """A `Link` over the SDK's client."""

    def __init__(self, client: Any, card: Card, clock: Clock) -> None:
        self._client = client
        self._card = card
        self._clock = clock

    async def send(self, text: str, task_id: str, context_id: str, heard: Heard) -> Reply:
        folded = Folded()
        message = Message(
            message_id=uuid.uuid4().hex,
            role=Role.ROLE_USER,
            parts=[Part(text=text)],
            task_id=task_id,
            context_id=context_id,
        )
        request = SendMessageRequest(message=message, tenant=self._card.tenant)
        try:
            await self._follow(request, folded, heard)
        except AgentError as error:
            if error.denied or not folded.reply.task_id:
                raise
        reply = folded.reply
        if reply.state in RESTING:
            return reply
        if not reply.task_id:
            raise AgentError(NOTHING)
        return await self._watch(folded, heard)

    async def task(self, task_id: str) -> Reply:
        return await self._task(task_id, Folded())

    async def cancel(self, task_id: str) -> Reply:
        request = CancelTaskRequest(id=task_id, tenant=self._card.tenant)
        folded = Folded()
        folded.whole(await _asked(lambda: self._client.cancel_task(request)))
        return folded.reply

    async def _follow(self, request: SendMessageRequest, folded: Folded, heard: Heard) -> None:
        """Hear what the agent says until it has no more to say."""

        async def follow() -> None:
            stream = cast("AsyncGenerator[Any]", self._client.send_message(request))
            count = 0
            async with aclosing(stream) as events:
                async for event in events:
                    word = folded.take(event)
                    heard(folded.reply, word)
                    count += 1
                    if count > MOST_EVENTS:
                        raise AgentError(TOO_MUCH.format(most=MOST_EVENTS))
                    if folded.reply.state in RESTING:
                        return

        await _asked(follow)

    async def _watch(self, folded: Folded, heard: Heard) -> Reply:
        """Look at the task again and again until it rests."""
        looks = misses = 0
        while True:
            await self._clock.sleep(PAUSES[min(looks, len(PAUSES) - 1)])
            looks += 1
            try:
                reply = await self._task(folded.reply.task_id, folded)
            except AgentError as error:
                misses += 1
                if error.denied or misses >= MISSES:
                    raise AgentError(GONE.format(why=error), denied=error.denied) from error
                continue
            misses = 0
            heard(reply, "")
            if reply.state in RESTING:
                return reply

    async def _task(self, task_id: str, folded: Folded) -> Reply:
        request = GetTaskRequest(id=task_id, tenant=self._card.tenant)
        folded.whole(await _asked(lambda: self._client.get_task(request)))
        return folded.reply


async def _asked(ask: Callable[[], Awaitable[T]]) -> T:
    try:
        return await ask()
    except AgentError:
        raise
    except Exception as error:  # the boundary to an agent: whatever it makes the SDK raise is its fault
        raise _failure(error) from error


def _failure(error: BaseException) -> AgentError:
    """What went wrong in a sentence, and whether the agent let nobody in."""
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, httpx.HTTPStatusError) and each.response.status_code in DENIED:
            return AgentError(NOBODY.format(status=each.response.status_code), denied=True)
        each = each.__cause__
    return AgentError(_line(error))


def _line(error: BaseException) -> str:
    return visible(" ".join(str(error).split()))[:MOST_WORDS] or type(error).__name__


def _copy(value: Json) -> Json:
    """The card as a table of its own: the SDK changes what it reads."""
    if isinstance(value, dict):
        return {name: _copy(each) for name, each in cast("dict[str, Json]", value).items()}
    return [_copy(each) for each in cast("list[Json]", value)] if isinstance(value, list) else value
