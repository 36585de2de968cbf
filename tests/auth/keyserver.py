"""An issuer with real keys that publishes them over HTTP, and signs what a test wants signed."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from heartbit_tui.auth.claims import Expected
from heartbit_tui.auth.endpoint import Published
from heartbit_tui.auth.jwks import Keeping, Keys
from heartbit_tui.auth.webtokens import WebTokens, fetching
from heartbit_tui.providers.http import open_client
from heartbit_tui.testing.clock import FakeClock

Native = RSAKey | ECKey | OKPKey
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
ISSUER, AUDIENCE = "https://issuer.test", "heartbit"


@cache
def key(kind: str, number: int = 0) -> Native:
    """A private key, the same each time within a process."""
    match kind:
        case "RSA":
            return RSAKey.generate_key(2048)
        case "EC":
            return ECKey.generate_key("P-256")
        case "P-521":
            return ECKey.generate_key("P-521")
        case _:
            return OKPKey.generate_key("Ed25519")


def public(native: Native, **more: Any) -> dict[str, Any]:
    """The half of a key that is published, with what is said about it."""
    return {**native.as_dict(private=False), **more}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Mapping[str, Any] | str) -> str:
    """A part of a token: an object, or a text that is sent as it is."""
    return encoded((value if isinstance(value, str) else json.dumps(value)).encode())


def signed(header: Mapping[str, Any] | str, claims: Mapping[str, Any] | str, native: Native, algorithm: str) -> str:
    """A token that was really signed, whatever stands in its header."""
    text = f"{part(header)}.{part(claims)}"
    model = JWSRegistry.algorithms["Ed25519" if algorithm == "EdDSA" else algorithm]
    return f"{text}.{encoded(model.sign(text.encode(), native))}"


@dataclass
class KeyServer:
    """Publishes `keys`; `asked` counts how often. `status` and `body` answer otherwise, and `silent` not at all."""

    keys: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    asked: int = 0
    status: str = "200 OK"
    body: bytes | None = None
    silent: bool = False
    headers: str = ""
    port: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/jwks.json"

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            self.came.set()
            if self.silent:
                await reader.read()  # until the other side has had enough
            if self.go is not None:
                await self.go.wait()
            body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
            head = f"HTTP/1.1 {self.status}\r\n{self.headers}content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def key_server(*keys: dict[str, Any]) -> AsyncGenerator[KeyServer]:
    """One of them, as long as the test is in here."""
    found = KeyServer(keys=list(keys))
    server = await asyncio.start_server(found.attend, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()


def expected(**more: Any) -> Expected:
    """What the tests expect of a token."""
    wanted: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, **more}
    return Expected(**wanted)


def web_tokens(
    server: KeyServer, clock: FakeClock, keeping: Keeping | None = None, seconds: float = 5.0, **more: Any
) -> WebTokens:
    """What checks tokens of this server, over real HTTP."""
    keys = Keys(fetching(Published(open_client, seconds), server.url), clock, keeping)
    return WebTokens(keys, ALGORITHMS, expected(**more), clock)


def claims(clock: FakeClock, **more: Any) -> dict[str, Any]:
    """What stands in a good token; a value of None leaves a claim out."""
    now = clock.now().timestamp()
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "tid": "acme", "exp": now + 600, "iat": now}
    return {name: value for name, value in (usual | more).items() if value is not None}
