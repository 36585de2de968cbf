"""A model service on localhost that answers at once and writes down when: requests in, answers out."""

import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"


@dataclass(slots=True)
class Times:
    """Seconds on `time.perf_counter`: when requests had come in whole, and when answers had gone out whole."""

    asked: list[float] = field(default_factory=list[float])
    answered: list[float] = field(default_factory=list[float])

    def gaps(self) -> list[float]:
        """Seconds from the end of each answer to the next request."""
        return [asked - answered for answered, asked in zip(self.answered, self.asked[1:], strict=False)]


class _Server(ABC):
    """Listens on localhost in a thread of its own, as long as it is entered."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, StopIteration):
            await self._answer(reader, writer)
        writer.close()

    @abstractmethod
    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes on one connection."""


class Service(_Server):
    """Plays `answers` (bodies of event streams) one after the other, the last one for ever."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        super().__init__()
        self._answers = answers
        self.times = Times()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await _request(reader)
            self.times.asked.append(time.perf_counter())
            body = self._answers[min(len(self.times.asked), len(self._answers)) - 1]
            writer.write(HEAD % len(body) + body)
            self.times.answered.append(time.perf_counter())
            await writer.drain()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    return await reader.readexactly(
        int(next(line for line in lines if line.startswith(b"content-length")).split(b":")[1])
    )


def says(text: str) -> bytes:
    """An answer of the Messages API with this text."""
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    return _stream([start, delta, {"type": "content_block_stop", "index": 0}], "end_turn")


def calls(*commands: str, turn: int = 0) -> bytes:
    """An answer of the Messages API that runs these command lines in bash, side by side."""
    events: list[dict[str, Any]] = []
    for index, command in enumerate(commands):
        block: dict[str, Any] = {"type": "tool_use", "id": f"toolu_{turn}_{index}", "name": "bash", "input": {}}
        piece = {"type": "input_json_delta", "partial_json": json.dumps({"command": command})}
        events += [
            {"type": "content_block_start", "index": index, "content_block": block},
            {"type": "content_block_delta", "index": index, "delta": piece},
            {"type": "content_block_stop", "index": index},
        ]
    return _stream(events, "tool_use")


def _stream(blocks: list[dict[str, Any]], stop: str) -> bytes:
    usage = {"input_tokens": 10, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "bench",
        "content": [],
        "usage": usage,
    }
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        *blocks,
        {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


class Paced(_Server):
    """Answers each request with the same tokens, `rate` a second (0: all at once), and knows when the last one went."""

    def __init__(self, tokens: Sequence[str], rate: float) -> None:
        super().__init__()
        self._tokens = tokens
        self._rate = rate
        self.first, self.last = threading.Event(), threading.Event()
        self.ended = 0.0
        """When the last token was sent, on `time.perf_counter`."""
        self.asked: list[tuple[float, bytes]] = []
        """When each request had come in whole, and its body."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await _request(reader)
        self.asked.append((time.perf_counter(), body))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        await self._stream(writer)

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        whole = says("").partition(b"event: content_block_delta")
        end = whole[2].partition(b"\n\n")[2]
        writer.write(whole[0])
        self.first.set()
        began = time.perf_counter()
        for number, token in enumerate(self._tokens):
            delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": token}}
            if self._rate and (ahead := began + number / self._rate - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            writer.write(f"event: content_block_delta\ndata: {json.dumps(delta)}\n\n".encode())
        self.ended = time.perf_counter()
        self.last.set()
        writer.write(end)
        await writer.drain()
