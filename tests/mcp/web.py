"""An MCP server over HTTP that is as contrary as a test wants, on a real socket."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[str, list[str], bytes]
TOOLS = [{"name": "one", "description": "A tool.", "inputSchema": {"type": "object"}}]


@dataclass
class Web:
    """Answers as its `way` says, and keeps what it was asked: method, headers and message of each request."""

    way: str = "plain"
    port: int = 0
    sessions: int = 0
    live: set[str] = field(default_factory=set[str])
    seen: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list[Any])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def forget(self) -> None:
        """Know no session any more."""
        self.live.clear()

    def asked(self, method: str) -> int:
        return sum(message.get("method") == method for _, _, message in self.seen)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in head[1:]) if name}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        verb, path = head[0].split()[:2]
        if (found := self.route(verb, path, headers, body)) is not None:
            await self._send(writer, found)
            return True
        message: dict[str, Any] = json.loads(body) if body else {}
        self.seen.append((verb, headers, message))
        if self.way == "silent":
            await asyncio.Event().wait()
        await self._send(writer, self._answer(verb, headers, message))
        return True

    def route(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """What stands in the way of the protocol; nothing here."""
        return None

    async def _send(self, writer: asyncio.StreamWriter, given: Answer) -> None:
        status, more, answer = given
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(answer)}", *more, "", ""]
        writer.write("\r\n".join(lines).encode() + answer)
        await writer.drain()

    def _answer(self, verb: str, headers: dict[str, str], message: dict[str, Any]) -> Answer:
        fixed: dict[str, Answer] = {
            "refuses": ("403 Forbidden", [], b"no"),
            "page": ("200 OK", ["content-type: text/html"], b"<html>hello</html>"),
            "elsewhere": ("302 Found", ["location: http://127.0.0.2:9/mcp"], b""),
            "garbage": ("200 OK", ["content-type: application/json"], b"{not json"),
            "huge": ("200 OK", ["content-type: application/json"], b" " * (33 * 1024 * 1024)),
        }
        if self.way in fixed and verb == "POST":
            return fixed[self.way]
        if verb != "POST":
            return "405 Method Not Allowed", [], b""
        if message.get("method") == "server/discover":
            return self._json(message, error={"code": -32601, "message": "Method not found"})
        if message.get("method") == "initialize":
            self.sessions += 1
            self.live.add(f"s{self.sessions}")
            known = {"name": "web", "version": "1"}
            result: dict[str, Any] = {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": known,
            }
            status, more, answer = self._json(message, result=result)
            return status, [*more, f"mcp-session-id: s{self.sessions}"], answer
        if headers.get("mcp-session-id") not in self.live:
            return "404 Not Found", [], b"session not found"
        if "id" not in message:
            return "202 Accepted", [], b""
        if message["method"] == "tools/list":
            return self._json(message, result={"tools": TOOLS})
        return self._json(message, result={"content": [{"type": "text", "text": "called"}]})

    def _json(self, message: dict[str, Any], **answer: Any) -> Answer:
        whole = json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}).encode()
        return "200 OK", ["content-type: application/json"], whole


@asynccontextmanager
async def served(found: Web) -> AsyncGenerator[Web]:
    """The server, as long as the test is in here."""
    server = await asyncio.start_server(found.attend, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()


@asynccontextmanager
async def web(way: str = "plain") -> AsyncGenerator[Web]:
    """A server of this way."""
    async with served(Web(way)) as found:
        yield found
