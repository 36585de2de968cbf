"""Requests of long conversations: what is sent is the same, and the loop is free while it is made."""

import asyncio
import json
import time
from typing import Any, cast

import httpx
import pytest
from hypothesis import given, settings
from hypothesis.strategies import dictionaries, floats, integers, lists, none, recursive, text

from heartbit_tui.kernel.errors import ProviderError
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, Text, user
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.memo import Writer
from heartbit_tui.providers.remote import MANY
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ALL, Replay, provider

JSON = recursive(
    none() | integers() | floats(allow_nan=False, allow_infinity=False) | text(),
    lambda inner: lists(inner) | dictionaries(text(), inner),
)


@settings(max_examples=30)
@given(dictionaries(text(), JSON))
def test_a_body_is_written_as_one_call_writes_it(body: dict[str, Any]) -> None:
    writer, expected = Writer(), json.dumps(body, separators=(",", ":"))
    assert [writer(body), writer(body)] == [expected, expected]


def talk(messages: int) -> tuple[Message, ...]:
    """Questions and answers in turns, the last a question."""
    answers = (Assistant(content=(Text(text=f"Answer {n}. " * 30),), stop=StopReason.END_TURN) for n in range(messages))
    pairs = ((user(f"Question {n}?"), answer) for n, answer in enumerate(answers))
    return (*(message for pair in pairs for message in pair), user("And now?"))[-messages:]


@pytest.mark.parametrize("name", ALL)
async def test_a_long_conversation_arrives_whole(name: str) -> None:
    reply = Reply(blocks=(Text(text="So."),))
    async with ModelServer([reply, reply]) as server, open_client() as client:
        asked = provider(name, client, url=server.url, key="sk-test-0123456789abcdef")
        long = talk(MANY + 1)
        for messages in (long, long[-(MANY - 1) :]):
            async for _ in asked.stream(Request(system="Be brief.", messages=messages)):
                ...
        bodies = [request.body for request in server.requests]
    sent = [cast("list[Any]", body.get("messages") or body["input"]) for body in bodies]
    assert sent[0][-MANY // 2 :] == sent[1][-MANY // 2 :]
    assert len(sent[0]) == len(sent[1]) + 2


async def test_nothing_holds_the_loop_while_ten_thousand_messages_are_encoded() -> None:
    held = list[float]()

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            held.append(time.thread_time() - before)

    refusing = Replay([b"{}"], status=400, type="application/json")
    async with httpx.AsyncClient(transport=refusing) as client:
        watching = asyncio.create_task(watch())
        with pytest.raises(ProviderError):
            async for _ in provider("anthropic", client).stream(Request(system="Be brief.", messages=talk(10_001))):
                ...
        watching.cancel()
    assert held, "nothing else had a turn"
    assert max(held) < 0.03
