"""Messages as lines of JSON over two file descriptors: what is none is answered as the protocol has it."""

import asyncio
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.kernel.messages import JsonObject

CHUNK = 1 << 16
LONGEST = 100_000_000
"""Bytes of one message; a prompt with ten large pictures takes less."""

NO_JSON: JsonObject = MappingProxyType({"code": -32700, "message": "Parse error: this line is no JSON."})
NO_MESSAGE: JsonObject = MappingProxyType({"code": -32600, "message": "Invalid request: a message is a JSON object."})
NO_CALL: JsonObject = MappingProxyType(
    {"code": -32600, "message": "Invalid request: a message has the name of a method, or the id of what it answers."}
)
TOO_LONG: JsonObject = MappingProxyType({"code": -32600, "message": "Invalid request: the line is longer than 100 MB."})


class Wire:
    """The way to a client and back, whatever its ends are: pipes, sockets, files or a terminal.

    Reading and writing are done in threads, so that a client that takes nothing holds up nothing else.
    """

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="acp writer")
        threading.Thread(target=self._read, name="acp reader", daemon=True).start()

    async def send(self, message: dict[str, Any]) -> None:
        """Write a message; returns once it is taken. Raises `BrokenPipeError` where nobody takes it any more."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        await self._loop.run_in_executor(self._writer, _write, self._target, data)

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None once the client has closed its end."""
        while (line := await self._lines.get()) is not None:
            message, fault = _parsed(line) if line.strip() else (None, None)
            if message is not None:
                return message
            if fault is not None:
                await self.send({"jsonrpc": "2.0", "id": None, "error": dict(fault)})
        return None

    async def close(self) -> None:
        """Write nothing more."""
        self._writer.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> None:
        waiting = bytearray()
        with suppress(OSError):  # an end that cannot be read any more is one that was closed
            while piece := os.read(self._source, CHUNK):
                head, ends, tail = piece.partition(b"\n")
                waiting += head
                while ends:
                    self._hand(bytes(waiting))
                    waiting.clear()
                    head, ends, tail = tail.partition(b"\n")
                    waiting += head
                del waiting[LONGEST + 1 :]
        self._hand(bytes(waiting))
        self._hand(None)

    def _hand(self, line: bytes | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody listens
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _parsed(line: bytes) -> tuple[dict[str, Any] | None, JsonObject | None]:
    """The message in a line, or what is wrong with it."""
    if len(line) > LONGEST:
        return None, TOO_LONG
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None, NO_JSON
    if not isinstance(value, dict):
        return None, NO_MESSAGE
    message = cast("dict[str, Any]", value)
    return (message, None) if _is_whole(message) else (None, NO_CALL)


def _is_whole(message: dict[str, Any]) -> bool:
    """Whether a message is a request, a notification or an answer; what is none of them would end the connection."""
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, str | int | float | None):
        return False
    if "method" in message:
        return isinstance(message["method"], str)
    return "id" in message and ("result" in message or _is_error(message.get("error")))


def _is_error(value: object) -> bool:
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return isinstance(fields.get("code"), int) and isinstance(fields.get("message"), str)


def _write(target: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(target, left) :]
