"""What a login at a server gave, kept in the system's keyring or in a private file; nothing of it is ever shown."""

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol

from heartbit_tui.mcp.shapes import table_of
from heartbit_tui.mcp.types import Document, Json

NAME = "mcp-login-"
WANTED = "wanted"
"""Under which name the scopes are kept that the next login has to ask for, separated by spaces."""


class Vault(Protocol):
    """Something that keeps secrets, such as the system's keyring."""

    def get(self, name: str) -> str:
        """The secret, or empty."""
        ...

    def put(self, name: str, secret: str) -> bool:
        """Keep a secret; False when it was not kept."""
        ...

    def drop(self, name: str) -> bool:
        """Forget a secret; False when there was none."""
        ...


class Logins:
    """Logins by the address of the server; another address never gets what was kept for one."""

    def __init__(self, document: Document, vault: Vault | None = None) -> None:
        self._document = document
        self._vault = vault

    def read(self, url: str) -> Mapping[str, Json]:
        """What was kept for an address; empty where nothing was."""
        name = _name(url)
        held = self._vault.get(name) if self._vault is not None else ""
        return _table(held) if held else table_of(_table(self._document.read()).get(name))

    def has(self, url: str) -> bool:
        """Whether a login at an address is kept."""
        return bool(self.read(url).get("tokens"))

    def write(self, url: str, change: Mapping[str, Json]) -> None:
        """Keep this beside what was kept before. Raises `ConfigError`."""
        name = _name(url)
        after = {**self.read(url), **change}
        if self._vault is not None and self._vault.put(name, json.dumps(after)):
            self._document.update(lambda text: _without(text, name))
        else:
            self._document.update(lambda text: json.dumps({**_table(text), name: after}))

    def begin(self, url: str) -> None:
        """Forget what a login gave, but not which scopes the server has asked for since. Raises `ConfigError`."""
        wanted = self.read(url).get(WANTED)
        self.drop(url)
        if wanted:
            self.write(url, {WANTED: wanted})

    def drop(self, url: str) -> bool:
        """Forget all of an address; whether there was anything. Raises `ConfigError`."""
        name, there = _name(url), bool(self.read(url))
        if self._vault is not None:
            self._vault.drop(name)
        self._document.update(lambda text: _without(text, name))
        return there


def _name(url: str) -> str:
    return NAME + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _table(text: str) -> dict[str, Json]:
    try:
        return table_of(json.loads(text or "{}"))
    except ValueError:
        return {}


def _without(text: str, name: str) -> str:
    if not text:
        return text
    return json.dumps({each: kept for each, kept in _table(text).items() if each != name})
