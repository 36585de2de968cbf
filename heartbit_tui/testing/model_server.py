"""A model service on localhost that plays a script in the three wire formats.

In a test: `async with ModelServer(replies) as server: server.url`. As a process:
`python -m heartbit_tui.testing.model_server --script FILE --port 0`, whose first line is its URL.

It answers `…/messages` (Anthropic), `…/chat/completions` and `…/responses` (OpenAI), streamed or whole, and
`…/models`. The script's format stands in `heartbit_tui.providers.script`. The service is strict: with status 400 it
refuses calls and results that do not pair, empty content, roles that do not alternate, and reasoning that was altered
or lost its signature. Whatever it got is in `requests`.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject, Thinking, ToolCall
from heartbit_tui.providers import faults, script
from heartbit_tui.providers.script import Player, RawCall, Reply
from heartbit_tui.testing import anthropic_wire, chat_wire, responses_wire
from heartbit_tui.testing.http_wire import BadRequest, Connection, Listener, Received
from heartbit_tui.testing.sabotage import sabotage

Composer = Callable[[JsonObject], Reply | None]
"""Makes the reply to a request's body, or None to leave it to the script."""


class Format(Protocol):
    """One wire format, seen from the service."""

    @property
    def PING(self) -> bytes: ...  # noqa: N802 - a module constant, seen through a protocol

    def events(self, reply: Reply, *, model: str, id: str) -> Iterator[bytes]: ...
    def whole(self, reply: Reply, *, model: str, id: str) -> JsonObject: ...
    def error(self, status: int, message: str) -> JsonObject: ...
    def error_event(self, error: JsonObject) -> bytes: ...
    def system(self, body: JsonObject) -> str: ...
    def last(self, body: JsonObject) -> str: ...
    def complaint(self, body: JsonObject, signed: frozenset[str]) -> str: ...


FORMATS: MappingProxyType[str, Format] = MappingProxyType(
    {"/messages": anthropic_wire, "/chat/completions": chat_wire, "/responses": responses_wire}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request as it came: `at` is the moment on `time.monotonic`'s scale, headers are in lower case."""

    method: str
    path: str
    headers: MappingProxyType[str, str]
    body: JsonObject
    raw: bytes
    at: float


class ModelServer(Listener):
    """The service; `url` is its address without a path, `left` counts the replies not yet given."""

    def __init__(
        self,
        replies: Iterable[Reply] = (),
        *,
        compose: Composer | None = None,
        strict: bool = True,
        port: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(port)
        self._player = Player(replies)
        self._compose = compose
        self._strict = strict
        self._sleep = sleep
        self._signed: frozenset[str] = frozenset()
        self._changed = asyncio.Condition()
        self._answered = 0
        self.requests: list[Recorded] = []
        self.ended: list[float] = []
        """When answers ended, were broken off, or their clients went away, on `time.monotonic`'s scale."""
        self.departed: list[float] = []
        """When clients went away in the middle of an answer."""
        self.connections = 0
        """How many connections were opened."""

    @property
    def left(self) -> int:
        """How many replies of the script were not given yet."""
        return self._player.left

    async def until(self, condition: Callable[["ModelServer"], bool]) -> None:
        """Wait until something that the server records is so."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def attend(self, connection: Connection) -> None:
        """Play the script to a client."""
        self.connections += 1
        try:
            while await self._serve(connection):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.departed.append(time.monotonic())
        finally:
            self.ended.append(time.monotonic())
            await self._notify()

    async def _serve(self, connection: Connection) -> bool:
        """Answer one request; whether the connection stays open."""
        try:
            received = await connection.receive()
        except BadRequest as error:
            await connection.json(400, {"error": {"message": str(error)}})
            return False
        if received is None:
            return False
        await self._record(received)
        return await self._answer(connection, self.requests[-1])

    async def _record(self, received: Received) -> None:
        self.requests.append(
            Recorded(
                method=received.method,
                path=received.path,
                headers=MappingProxyType(received.headers),
                body=received.json(),
                raw=received.body,
                at=time.monotonic(),
            )
        )
        await self._notify()

    async def _answer(self, connection: Connection, request: Recorded) -> bool:
        path = request.path.partition("?")[0]
        if path.endswith(("/models", "/api/tags")):
            listed = {"data": [{"id": "scripted", "object": "model", "owned_by": "llamacpp"}]}
            return await connection.json(200, {**listed, "models": [{"name": "scripted"}]})
        if path.endswith("/count_tokens"):
            return await connection.json(200, {"input_tokens": len(request.raw) // 4})
        known = next((known for ending, known in FORMATS.items() if path.endswith(ending)), None)
        if known is None:
            return await connection.json(404, {"error": {"message": f"Nothing is at {path}."}})
        if self._strict and (complaint := known.complaint(request.body, self._signed)):
            return await connection.json(400, known.error(400, complaint))
        reply = self._reply(known, request.body)
        if reply is None:
            return await connection.json(400, known.error(400, "The script has no reply to this request."))
        return await self._play(connection, known, request, reply)

    def _reply(self, known: Format, body: JsonObject) -> Reply | None:
        composed = self._compose(body) if self._compose else None
        if composed is not None:
            return Player([composed]).next(last="", system="")
        return self._player.next(last=known.last(body), system=known.system(body))

    async def _play(self, connection: Connection, known: Format, request: Recorded, reply: Reply) -> bool:
        self._answered += 1
        self._remember(reply)
        named = {"model": str(request.body.get("model") or "scripted"), "id": str(self._answered)}
        match reply.fault:
            case faults.Status(status=status, headers=headers, body=body):
                message = known.error(status, f"Scripted status {status}.")
                return await connection.whole(status, body or json.dumps(message), headers)
            case None if not request.body.get("stream"):
                await self._sleep(reply.wait)
                return await connection.json(200, known.whole(reply, **named))
            case None:
                return await connection.stream(self._paced(known.events(reply, **named), reply))
            case fault:
                events = self._paced(known.events(reply, **named), reply)
                await sabotage(connection, fault, events, known.PING, known.error_event)
                return False

    def _remember(self, reply: Reply) -> None:
        if reply.blocks and isinstance(reply.blocks[0], Thinking):
            calls = (block.id for block in reply.blocks if isinstance(block, ToolCall | RawCall))
            self._signed |= frozenset(calls)

    async def _paced(self, events: Iterable[bytes], reply: Reply) -> AsyncIterator[bytes]:
        if reply.wait:
            await self._sleep(reply.wait)
        for event in events:
            yield event
            if reply.pace:
                await self._sleep(reply.pace)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def serve(path: Path, port: int, *, strict: bool) -> None:
    """Serve the script in this file until cancelled; the URL is printed as the first line."""
    async with ModelServer(script.load(path), port=port, strict=strict) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(prog="model_server", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--script", type=Path, required=True, help="JSON or TOML file with the replies")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--lenient", action="store_true", help="take requests that a strict service refuses")
    arguments = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.script, arguments.port, strict=not arguments.lenient))
    sys.exit(0)


if __name__ == "__main__":
    main()
