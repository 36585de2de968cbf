"""Rosters over real connections: what they need of the world, small and quick."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from heartbit_tui.a2a import Means, Roster, web
from heartbit_tui.a2a.definitions import defined, settled
from heartbit_tui.a2a.link import open_link
from heartbit_tui.a2a.types import Authority, Card, Link, Peer
from heartbit_tui.kernel.protocols import Clock, Output, Tool
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.guarded_transport import Guarded
from heartbit_tui.runtime.peers import is_private
from tests.mcp.fleets import Call

SECONDS = 20.0


@dataclass
class Kept:
    """A shelf in memory."""

    texts: dict[str, str] = field(default_factory=dict[str, str])

    def read(self, digest: str) -> str:
        return self.texts.get(digest, "")

    def write(self, digest: str, text: str) -> None:
        self.texts[digest] = text


@dataclass
class World:
    """What was said to the person, and what is kept between sessions."""

    said: list[str] = field(default_factory=list[str])
    kept: Kept = field(default_factory=Kept)
    authority: Authority | None = None
    clock: Clock = field(default_factory=SystemClock)

    @asynccontextmanager
    async def roster(self, *entries: Any, wait: float = SECONDS) -> AsyncGenerator[Roster]:
        """A roster of these agents, all of which were asked for their cards."""
        async with AsyncExitStack() as stack:
            clients: dict[str, httpx.AsyncClient] = {}
            stack.push_async_callback(_closed, clients)

            def client(peer: Peer) -> httpx.AsyncClient:
                if peer.url not in clients:
                    signs = _Fixed(peer.header) if peer.header else self.authority
                    made = web.client_for(peer, signs, lambda it: Guarded(os.environ, private=it.private))
                    clients[peer.url] = made
                return clients[peer.url]

            async def fetch(peer: Peer) -> str:
                return await web.card(client(peer), peer)

            async def connect(peer: Peer, found: Mapping[str, Any], card: Card) -> Link:
                return open_link(peer, found, card, client(peer), self.clock)

            def say(text: str, warning: bool) -> None:
                self.said.append(text)

            means = Means(fetch=fetch, connect=connect, shelf=self.kept, clock=self.clock, say=say)
            known = settled(list(defined(entries, "here:1", is_private)))
            roster = await stack.enter_async_context(Roster(known, means))
            roster.launch()
            await roster.first(wait)
            yield roster


async def _closed(clients: Mapping[str, httpx.AsyncClient]) -> None:
    for client in clients.values():
        await client.aclose()


class _Fixed:
    def __init__(self, text: str) -> None:
        self._text = text

    async def header(self) -> str | None:
        return self._text

    def rejected(self, header: str) -> bool:
        return False


def tool(roster: Roster, ending: str = "") -> Tool:
    """The tool whose name ends so; without an ending the first one."""
    return next(each for each in roster.tools() if each.spec.name.endswith(ending))


async def said(
    roster: Roster, message: str, *, call: Call | None = None, ids: Mapping[str, str] | None = None
) -> Output:
    """What an agent answers."""
    return await tool(roster).run({"message": message, **(ids or {})}, call or Call())
