"""`heartbit acp` and `heartbit mcp serve` line by line, as no library would speak to them."""

import asyncio
import json
from typing import Any

from tests.headless.machine import SECONDS, Machine


class Talk:
    """Lines to and from a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: list[dict[str, Any]] = []
        """All that came."""

    def say(self, message: dict[str, Any] | bytes) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write((message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n")

    async def ask(self, message: dict[str, Any] | bytes) -> dict[str, Any]:
        """Send a line and give the answer to it."""
        self.say(message)
        assert self.process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while True:
                found = json.loads(await self.process.stdout.readline())
                assert found["jsonrpc"] == "2.0"
                self.heard.append(found)
                if "method" not in found:
                    return found

    def leave(self) -> None:
        """Close the way in."""
        assert self.process.stdin is not None
        self.process.stdin.close()


def new(machine: Machine) -> dict[str, Any]:
    folder: dict[str, Any] = {"cwd": str(machine.project), "mcpServers": []}
    return {"jsonrpc": "2.0", "id": 2, "method": "session/new", "params": folder}


def prompt(session: str, words: str) -> dict[str, Any]:
    blocks = {"sessionId": session, "prompt": [{"type": "text", "text": words}]}
    return {"jsonrpc": "2.0", "id": 4, "method": "session/prompt", "params": blocks}


async def started(machine: Machine, *flags: str, command: tuple[str, ...] = ("acp",)) -> Talk:
    """Heartbit as a process that is spoken to."""
    return Talk(await machine.start(*command, *flags, stdin=asyncio.subprocess.PIPE))
