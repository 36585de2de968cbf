"""Somebody who speaks A2A with a daemon, by the official SDK, over either binding in either version."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2a.client import Client, ClientConfig, ClientFactory
from a2a.client.card_resolver import parse_agent_card
from a2a.types.a2a_pb2 import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    ListTasksResponse,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    Task,
    TaskState,
)

from heartbit_tui.a2a.folding import Folded
from heartbit_tui.a2a.types import Reply
from tests.daemon.ground import Ground, says
from tests.daemon.http import SETTINGS, TOKEN, Served

CARD = "/.well-known/agent-card.json"
WAYS = (("JSONRPC", "1.0"), ("HTTP+JSON", "1.0"), ("JSONRPC", "0.3.0"), ("HTTP+JSON", "0.3.0"))
in_each_way = pytest.mark.parametrize(("binding", "version"), WAYS)


def ready(folder: Path, *replies: Any, settings: str = "") -> Ground:
    """A machine whose model plays these replies, and says hello to all else."""
    ground = Ground(folder)
    ground.prepare([*replies, says("hello", times=0)], SETTINGS + settings)
    return ground


class Speaker:
    """Says things, each in a message with an id of its own, and folds what it hears."""

    def __init__(self, client: Client, caller: httpx.AsyncClient) -> None:
        self.client = client
        self.caller = caller
        self._ids = count(1)

    def stream(self, *texts: str, task: str = "", context: str = "", id: str = "") -> AsyncIterator[StreamResponse]:
        """What is told of the task that a message is about."""
        message = Message(
            message_id=id or f"message-{next(self._ids)}",
            role=Role.ROLE_USER,
            parts=[Part(text=text) for text in texts],
            task_id=task,
            context_id=context,
        )
        return self.client.send_message(SendMessageRequest(message=message))

    async def say(self, *texts: str, task: str = "", context: str = "", id: str = "") -> Reply:
        """The same to its end, as one reply."""
        folded = Folded()
        async for event in self.stream(*texts, task=task, context=context, id=id):
            folded.take(event)
        return folded.reply

    async def subscribed(self, task_id: str) -> Reply:
        """What is told of a task to its end, from wherever it is."""
        folded = Folded()
        async for event in self.client.subscribe(SubscribeToTaskRequest(id=task_id)):
            folded.take(event)
        return folded.reply

    async def get(self, task_id: str) -> Task:
        return await self.client.get_task(GetTaskRequest(id=task_id))

    async def cancel(self, task_id: str) -> Task:
        return await self.client.cancel_task(CancelTaskRequest(id=task_id))

    async def list(self, **wanted: Any) -> ListTasksResponse:
        return await self.client.list_tasks(ListTasksRequest(**wanted))

    async def until(self, task_id: str, state: str) -> Task:
        """The task, once it stands like this."""
        while state_of(task := await self.get(task_id)) != state:
            pass
        return task


@asynccontextmanager
async def speaker(
    daemon: Served, token: str = TOKEN, *, binding: str = "JSONRPC", version: str = "1.0", streaming: bool = True
) -> AsyncGenerator[Speaker]:
    """Somebody with this token."""
    async with daemon.caller(token) as caller:
        card = parse_agent_card(json.loads((await caller.get(CARD)).text))
        ways = [each for each in card.supported_interfaces if each.protocol_version == version]
        del card.supported_interfaces[:]
        card.supported_interfaces.extend(each for each in ways if each.protocol_binding == binding)
        config = ClientConfig(httpx_client=caller, streaming=streaming, supported_protocol_bindings=[binding])
        yield Speaker(ClientFactory(config).create(card), caller)


def state_of(task: Task) -> str:
    """How a task stands, in our words for it."""
    return TaskState.Name(task.status.state).removeprefix("TASK_STATE_").lower().replace("_", "-")


def answer_of(task: Task) -> str:
    """The text of all that a task has made."""
    return "".join(part.text for artifact in task.artifacts for part in artifact.parts)


def words_of(task: Task) -> str:
    """What a task says of how it stands."""
    return "".join(part.text for part in task.status.message.parts)
