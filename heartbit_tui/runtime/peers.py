"""The agents of others that a session may speak with, put together: where they are, how requests are signed, what a model gets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx

from heartbit_tui.a2a import web
from heartbit_tui.a2a.definitions import defined, settled
from heartbit_tui.a2a.roster import Means, Roster
from heartbit_tui.a2a.types import Authority, Card, Definition, Json, Link, Peer
from heartbit_tui.config import Config
from heartbit_tui.config.entry import Entry, Layer
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.bases import Outer
from heartbit_tui.kernel.protocols import Agent, Clock, ContextPolicy, Request, Scene, Tool
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.authority import of_user, signer
from heartbit_tui.runtime.guarded_transport import Guarded
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.addresses import forbidden_name, is_address, is_public

KEY = "a2a_agents"
OPEN_LINK = "heartbit_tui.a2a.link:open_link"
"""The SDK takes half a second to load, so that happens in a thread, when an agent is first spoken to."""

PATIENCE, BRIEF = 10.0, 2.0
"""Seconds that the first request waits for cards that were never seen: with nobody there, and where somebody looks on."""

ATTENDED = ("repl", "tui")


class Peers:
    """What a session has of the agents of others; `over` puts round each tool what makes its calls undoable."""

    def __init__(self, roster: Roster, options: Options, over: Callable[[Tool], Tool]) -> None:
        self.roster = roster
        self._patience = BRIEF if options.surface in ATTENDED else PATIENCE
        self._over = over
        self._seen: tuple[Tool, ...] = ()
        self._tools: tuple[Tool, ...] = ()

    def tools(self) -> tuple[Tool, ...]:
        """The tools of the agents that are known now."""
        found = self.roster.tools()
        if found is not self._seen:
            self._seen, self._tools = found, tuple(map(self._over, found))
        return self._tools

    def given_to(self, agent: Agent) -> Agent:
        """The agent with these tools beside those that come and go anyway."""
        others = agent.passing

        def passing() -> tuple[Tool, ...]:
            return (*others(), *self.tools())

        return replace(agent, passing=passing, context=_Waiting(agent.context, self.roster, self._patience))


@asynccontextmanager
async def peers(
    options: Options,
    settings: Settings,
    clock: Clock,
    say: Callable[[str, bool], None],
    over: Callable[[Tool], Tool],
) -> AsyncGenerator[Peers]:
    """The agents that the settings define."""
    async with gathered(options, settings, clock, say, definitions(settings.config)) as roster:
        yield Peers(roster, options, over)


def of_agent(config: Config, number: int) -> tuple[Definition, ...]:
    """The agents of others that entry `number` of `[[agents]]` has for itself."""
    entry = config.entries.get(("agents", number, KEY))
    return () if entry is None else settled(list(_of(entry)))


def every(config: Config) -> tuple[Definition, ...]:
    """Those of the session and those of single agents, each address once."""
    own = (entry for entry in config.entries.values() if entry.path[0] == "agents" and entry.path[-1] == KEY)
    return settled([*(found for entry in own for found in _of(entry)), *_defined(config)])


@asynccontextmanager
async def gathered(
    options: Options,
    settings: Settings,
    clock: Clock,
    say: Callable[[str, bool], None],
    found: Sequence[Definition],
) -> AsyncGenerator[Roster]:
    """A roster of these agents, with connections and signatures as the settings want them."""
    async with AsyncExitStack() as stack:
        authorities = _authorities(options, settings, clock)
        clients: dict[str, httpx.AsyncClient] = {}
        stack.push_async_callback(_closed, clients)  # after the roster, which may have tasks to end

        def client(peer: Peer) -> httpx.AsyncClient:
            if peer.digest not in clients:
                made = web.client_for(
                    peer, authorities(peer), lambda it: Guarded(settings.environment, private=it.private)
                )
                clients[peer.digest] = made
            return clients[peer.digest]

        async def fetch(peer: Peer) -> str:
            return await web.card(client(peer), peer)

        async def connect(peer: Peer, found: Mapping[str, Json], card: Card) -> Link:
            open_link: Any = await asyncio.to_thread(plugins.resolve, OPEN_LINK)
            return cast("Link", open_link(peer, found, card, client(peer), clock))

        means = Means(fetch=fetch, connect=connect, shelf=_Shelf(settings.places.data / "a2a"), clock=clock, say=say)
        yield await stack.enter_async_context(Roster(found, means))


async def _closed(clients: Mapping[str, httpx.AsyncClient]) -> None:
    for client in clients.values():
        await client.aclose()


def definitions(config: Config) -> tuple[Definition, ...]:
    """The agents of every layer of the settings, each address once."""
    return settled(list(_defined(config)))


def is_private(host: str) -> bool:
    """Whether a host, as it is written, can only be of this machine or its network."""
    name = host.lower().rstrip(".")
    return forbidden_name(name) or (is_address(name) and not is_public(name))


def _defined(config: Config) -> Iterator[Definition]:
    for entry in config.stack:
        if entry.path == (KEY,):
            yield from _of(entry)


def _of(entry: Entry) -> Iterator[Definition]:
    project = entry.source.layer is Layer.PROJECT
    yield from defined(cast("list[Json]", entry.value), str(entry.source), is_private, project=project)


def _authorities(options: Options, settings: Settings, clock: Clock) -> Callable[[Peer], Authority | None]:
    named = of_user(options, settings, clock)
    return lambda peer: signer(peer.header, named, project=peer.project)


class _Shelf:
    """One private file for each agent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, digest: str) -> str:
        return self._file(digest).read()

    def write(self, digest: str, text: str) -> None:
        self._file(digest).update(lambda _: text)

    def _file(self, digest: str) -> LockedFile:
        return LockedFile(self._folder / f"{digest[:40]}.json")


class _Waiting(Outer):
    """A `ContextPolicy` round another one: the first request waits a little for agents that were never seen."""

    def __init__(self, policy: ContextPolicy, roster: Roster, patience: float) -> None:
        super().__init__(policy)
        self._roster = roster
        self._patience = patience
        self._waited = False

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        """Wait if nobody did yet."""
        changed = False
        if not self._waited:
            self._waited = True
            changed = await self._roster.first(self._patience)
        return await self.policy.prepare(request, scene, turn=turn) or changed
