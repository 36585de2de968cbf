"""A place that exchanges tokens (RFC 8693), on a real socket, as contrary as a test wants."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Issuer:
    """Gives `access1`, `access2`, … for subject tokens that it knows; `more` changes its answers."""

    known: set[str] = field(default_factory=lambda: {"anna's", "bob's"})
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    more: dict[str, Any] = field(default_factory=dict[str, Any])
    status: str = ""
    body: bytes = b""
    silent: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def valid(self) -> set[str]:
        """The headers with the tokens that it gave."""
        return {f"Bearer access{number}" for number in range(1, len(self.forms) + 1)}

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            found = parse_qs((await reader.readexactly(length)).decode(), keep_blank_values=True)
            self.forms.append({name: values[0] for name, values in found.items()})
            if self.silent:
                await reader.read()  # until the other side has had enough
            status, body = self._answer(self.forms[-1])
            lines = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(lines.encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, form: dict[str, str]) -> tuple[str, bytes]:
        if self.status or self.body:
            return self.status or "200 OK", self.body
        if form["subject_token"] not in self.known:
            denied = {"error": "invalid_grant", "error_description": "the subject is not known"}
            return "400 Bad Request", json.dumps(denied).encode()
        token = {"access_token": f"access{len(self.forms)}", "token_type": "Bearer", "expires_in": 600}
        kind = {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
        return "200 OK", json.dumps({**token, **kind, **self.more}).encode()


@asynccontextmanager
async def issuer() -> AsyncGenerator[Issuer]:
    """One of them, as long as the test is in here."""
    found = Issuer()
    server = await asyncio.start_server(found.attend, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
