"""An MCP server that wants its clients to log in, with its own place to do so, and a browser that does."""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.mcp.web import Answer, Web


@dataclass
class Guarded(Web):
    """Lets in who has the newest access token; `lifetime` is told of each."""

    lifetime: int = 3600
    issued: int = 0
    refreshes: int = 0
    registered: int = 0
    valid: set[str] = field(default_factory=set[str])
    challenges: dict[str, str] = field(default_factory=dict[str, str])
    open: tuple[str, ...] = ()
    """Methods of the protocol that need no login."""
    more: str = ""
    """The scope without which no tool can be called."""
    scopes: list[str] = field(default_factory=list[str])
    """The scopes that each login asked for."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def route(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        match verb, path.split("?", maxsplit=1)[0]:
            case "GET", "/.well-known/oauth-protected-resource" | "/.well-known/oauth-protected-resource/mcp":
                return _json({"resource": self.url, "authorization_servers": [self.base]})
            case "GET", "/.well-known/oauth-authorization-server":
                return _json(self._metadata())
            case "POST", "/register":
                self.registered += 1
                return _json({**json.loads(body), "client_id": f"client{self.registered}"}, "201 Created")
            case "POST", "/token":
                return self._token({name: values[0] for name, values in parse_qs(body.decode()).items()})
            case "POST", "/mcp" if json.loads(body)["method"] in self.open:
                return None
            case "POST", "/mcp" if headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
                where = f'Bearer resource_metadata="{self.base}/.well-known/oauth-protected-resource"'
                return "401 Unauthorized", [f"www-authenticate: {where}"], b""
            case "POST", "/mcp" if self._lacks(json.loads(body)["method"]):
                return (
                    "403 Forbidden",
                    [f'www-authenticate: Bearer error="insufficient_scope", scope="{self.more}"'],
                    b"",
                )
            case _:
                return None

    def authorize(self, address: str) -> str:
        """What a person's browser is led back to after a login."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        self.scopes.append(asked.get("scope", ""))
        code = f"code{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def _lacks(self, method: str) -> bool:
        return method == "tools/call" and bool(self.more) and self.more not in self.scopes[-1].split()

    def _metadata(self) -> dict[str, object]:
        return {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "registration_endpoint": f"{self.base}/register",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }

    def _token(self, form: dict[str, str]) -> Answer:
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != f"refresh{self.issued}":
                return _json({"error": "invalid_grant"}, "400 Bad Request")
            self.refreshes += 1
        else:
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenges.pop(form["code"])
        self.issued += 1
        self.valid = {f"access{self.issued}"}
        tokens = {"access_token": f"access{self.issued}", "refresh_token": f"refresh{self.issued}"}
        return _json({**tokens, "token_type": "Bearer", "expires_in": self.lifetime})


async def browse(address: str) -> str:
    """What a browser gets at an address of this machine."""
    at = urlsplit(address)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"GET {at.path}?{at.query} HTTP/1.1\r\nhost: {at.netloc}\r\n\r\n".encode())
    found = await reader.read()
    writer.close()
    return found.decode()


def _json(value: object, status: str = "200 OK") -> Answer:
    return status, ["content-type: application/json"], json.dumps(value).encode()
