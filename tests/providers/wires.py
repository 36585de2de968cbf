"""Recorded-shape streams of the three wire formats, and clients that replay them."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from heartbit_tui.kernel.messages import Text, Thinking, ToolCall, Usage, user
from heartbit_tui.kernel.protocols import Block, Finish, Part, Provider, Request
from heartbit_tui.providers import anthropic, openai_chat, openai_responses
from heartbit_tui.providers.script import Player, Reply, ScriptBlock
from heartbit_tui.providers.sse import Parser
from heartbit_tui.providers.types import Settings, Timeouts
from heartbit_tui.testing import anthropic_wire, chat_wire, responses_wire
from heartbit_tui.testing.clock import FakeClock

FORMATS: dict[str, Any] = {
    "anthropic": (anthropic, anthropic_wire, "claude-sonnet-4-5"),
    "openai": (openai_chat, chat_wire, "gpt-5-mini"),
    "openai-responses": (openai_responses, responses_wire, "gpt-5-mini"),
}
ALL = tuple(FORMATS)
ASK = Request(system="Be brief.", messages=(user("Hello"),))
ODD = ["plain words ", "é", "😀", "漢字", "\u2028", "\r\n", '"quoted"', "\\", "\t", "\x7f", "{", "data: ", "\n\n", "]]"]


@dataclass
class Replay(httpx.AsyncBaseTransport):
    """Answers each request with these chunks, then breaks off where `broken`."""

    chunks: Sequence[bytes]
    broken: bool = False
    status: int = 200
    type: str = "text/event-stream"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, headers={"content-type": self.type}, stream=Chunks(self))


@dataclass
class Chunks(httpx.AsyncByteStream):
    replay: Replay

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.replay.chunks:
            yield chunk
        if self.replay.broken:
            raise httpx.ReadError("connection reset")


def provider(
    name: str, client: httpx.AsyncClient, *, url: str = "http://127.0.0.1:9", key: str = "", **more: Any
) -> Provider:
    """The provider of this name; `url` has no path."""
    module, _, model = FORMATS[name]
    base = url if name == "anthropic" else f"{url}/v1"
    given: dict[str, Any] = {"name": name, "model": model, "base_url": base, **more}
    if "timeouts" in given:
        given["timeouts"] = Timeouts(**given["timeouts"])
    settings = Settings(**given)
    return module.build(settings, key=key, client=client, clock=FakeClock())


async def parts_of(name: str, replay: Replay) -> list[Part]:
    """All parts of a replayed answer."""
    async with httpx.AsyncClient(transport=replay) as client:
        return [part async for part in provider(name, client).stream(ASK)]


def frames(name: str, reply: Reply) -> list[bytes]:
    """The events of this reply on the wire of this format."""
    return list(FORMATS[name][1].events(reply, model="recorded-model", id="1"))


def decoded(name: str, data: bytes, size: int) -> list[Part]:
    """The parts of a whole stream, decoded without a client from chunks of this size."""
    dialect: Any = provider(name, httpx.AsyncClient(transport=Replay([])))
    decoder, parser = dialect._dialect.decoder(), Parser()
    parts: list[Part] = []
    for start in range(0, len(data), size):
        for event in parser.feed(data[start : start + size]):
            parsed = {"type": "[DONE]"} if event.data == "[DONE]" else json.loads(event.data)
            parts += decoder.feed(parsed)
    return [*parts, *decoder.end(), *_finish(decoder.answer)]


def _finish(answer: Any) -> Iterator[Part]:
    yield Finish(stop=answer.stop, usage=answer.usage, provider="", model=answer.model)


def blocks(parts: Sequence[Part]) -> list[Any]:
    return [part.block for part in parts if isinstance(part, Block)]


def finishes(parts: Sequence[Part]) -> list[Finish]:
    return [part for part in parts if isinstance(part, Finish)]


def replies(count: int, seed: int = 1) -> list[Reply]:
    """Generated answers: reasoning, words, parallel calls with odd arguments, and their usage."""
    random = Random(seed)
    player = Player([_reply(random) for _ in range(count)])
    made = [player.next(last="") for _ in range(count)]
    return [reply for reply in made if reply]


def _reply(random: Random) -> Reply:
    blocks: list[ScriptBlock] = []
    if random.random() < 0.5:
        blocks.append(Thinking(text=_words(random)))
    if random.random() < 0.8:
        blocks.append(Text(text=_words(random)))
    for _ in range(random.choice([0, 0, 1, 2, 4])):
        arguments = {f"k{n}{random.choice(ODD)}": _value(random, 3) for n in range(random.randrange(4))}
        blocks.append(ToolCall(id="", name=random.choice(["read", "bash"]), input=arguments))
    usage = Usage(
        input_tokens=random.randrange(1, 9000),
        output_tokens=500 + random.randrange(9000),
        cache_read_input_tokens=random.choice([0, random.randrange(9000)]),
        reasoning_tokens=random.choice([0, random.randrange(500)]),
    )
    return Reply(blocks=tuple(blocks) or (Text(text="."),), usage=usage, chunk=random.choice([7, 40, 4000]))


def _words(random: Random) -> str:
    return "x" + "".join(random.choice(ODD) for _ in range(random.randrange(1, 25)))


def _value(random: Random, depth: int) -> object:
    kind = random.randrange(8 if depth else 6)
    simple: list[object] = [None, True, -1.5e3, 2**53, _words(random), ""]
    if kind < 6:
        return simple[kind]
    if kind == 6:
        return [_value(random, depth - 1) for _ in range(random.randrange(3))]
    return {_words(random): _value(random, depth - 1) for _ in range(random.randrange(3))}
