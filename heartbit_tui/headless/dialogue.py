"""Prompts and other ops that come as JSON lines on stdin, as long as it is open."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.stdin import MOST_BYTES
from heartbit_tui.kernel.messages import Image, JsonObject, Text
from heartbit_tui.kernel.ops import Op, Prompt
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import decode, load_op

_CHUNK = 65_536


async def ops(descriptor: int = 0) -> AsyncGenerator[Op]:
    """The op of each line, in order, until the end of stdin. Raises `UsageError` for a line that says none."""
    waiting = bytearray()
    async for piece in _pieces(descriptor):
        waiting += piece
        *lines, rest = waiting.split(b"\n")
        waiting = bytearray(rest)
        if len(waiting) > MOST_BYTES:
            raise UsageError("A line on stdin is longer than 10 MB.")
        for line in lines:
            if line.strip():
                yield parse(line.decode("utf-8", "replace"))
    if waiting.strip():
        yield parse(waiting.decode("utf-8", "replace"))


def parse(line: str) -> Op:
    """The op that one line says: a user message is a prompt, everything else has the wire form of an op.

    Raises `UsageError`.
    """
    try:
        value = decode(line)
        return _prompt(value) if value.get("type") == "user" else load_op(value)
    except WireError as error:
        raise UsageError(f"A line on stdin was not understood: {error}") from error


def _prompt(value: JsonObject) -> Prompt:
    message = value.get("message")
    content: Any = cast("JsonObject", message).get("content") if isinstance(message, Mapping) else None
    blocks: object = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list) or not blocks:
        raise UsageError('A user message needs content: {"type":"user","message":{"role":"user","content":"…"}}.')
    return Prompt(content=tuple(_block(block) for block in cast("list[object]", blocks)))


def _block(block: object) -> Text | Image:
    match block:
        case {"type": "text", "text": str(text)}:
            return Text(text=text)
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}}:
            return Image(media_type=kind, data=data)
        case {"type": "image", "media_type": str(kind), "data": str(data)}:
            return Image(media_type=kind, data=data)
        case _:
            raise UsageError("A user message may hold blocks of text and images in base64.")


async def _pieces(descriptor: int) -> AsyncGenerator[bytes]:
    polled = not stat.S_ISREG(os.fstat(descriptor).st_mode)
    while True:
        if polled:
            await _readable(descriptor)
        piece = os.read(descriptor, _CHUNK)
        if not piece:
            return
        yield piece


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
