"""The servers and the agents of others that a single agent has for itself: opened when it is first engaged."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from heartbit_tui.agents.definitions import Definition
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.runtime import plugins

if TYPE_CHECKING:
    from heartbit_tui.runtime.peers import Peers
    from heartbit_tui.runtime.roles import Ground
    from heartbit_tui.runtime.servers import Servers

SERVERS, PEERS = "mcp_servers", "a2a_agents"
"""The keys of an entry of `[[agents]]` that define them."""

OF_SERVERS = "heartbit_tui.runtime.servers"
OF_SERVER_DEFINITIONS = "heartbit_tui.runtime.server_definitions"
OF_PEERS = "heartbit_tui.runtime.peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What one agent has for itself."""

    servers: "Servers | None" = None
    peers: "Peers | None" = None


class OwnReach:
    """What all agents of a session have for themselves; call `close` when the session is over."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._open: dict[int, _Own] = {}

    async def given_to(
        self, agent: Agent, ground: "Ground", definition: Definition, window: Callable[[], int | None]
    ) -> Agent:
        """The agent with what the servers of the session and its own offer; of two tools with one name its own counts.

        An agent whose tools are listed has no servers. Raises `ConfigError`.
        """
        if definition.tools:
            return agent
        own = await self._of(ground, definition)
        servers = tuple(each for each in (own.servers, ground.beside.servers) if each is not None)
        if servers:
            agent = plugins.resolve(f"{OF_SERVERS}:given")(servers, agent, window)
        return agent if own.peers is None else own.peers.given_to(agent)

    async def close(self) -> None:
        """End all of it."""
        await self._stack.aclose()

    async def _of(self, ground: "Ground", definition: Definition) -> _Own:
        number, config = definition.number, ground.settings.config
        if number is None or not any(config.is_set(f"agents[{number}].{key}") for key in (SERVERS, PEERS)):
            return _Own()
        async with self._opening:
            if number not in self._open:
                async with AsyncExitStack() as stack:  # whoever waits for it may be interrupted
                    self._open[number] = await _opened(ground, number, stack)
                    self._stack.push_async_callback(stack.pop_all().aclose)
            return self._open[number]


async def _opened(ground: "Ground", number: int, stack: AsyncExitStack) -> _Own:
    config = ground.settings.config
    return _Own(
        servers=await _servers(ground, number, stack) if config.is_set(f"agents[{number}].{SERVERS}") else None,
        peers=await _peers(ground, number, stack) if config.is_set(f"agents[{number}].{PEERS}") else None,
    )


async def _servers(ground: "Ground", number: int, stack: AsyncExitStack) -> "Servers":
    beside = ground.beside
    found = plugins.resolve(f"{OF_SERVER_DEFINITIONS}:of_agent")(ground.settings, number)
    serving = plugins.resolve(f"{OF_SERVERS}:serving")
    opened = serving(found, ground.options, ground.settings, ground.clock, beside.voice, beside.undoing.over)
    servers: Servers = await stack.enter_async_context(opened)
    for warning in servers.warnings():
        beside.voice.say(warning, True)
    await servers.join_late(ground.session)
    return servers


async def _peers(ground: "Ground", number: int, stack: AsyncExitStack) -> "Peers":
    beside, options = ground.beside, ground.options
    found = plugins.resolve(f"{OF_PEERS}:of_agent")(ground.settings.config, number)
    gathered = plugins.resolve(f"{OF_PEERS}:gathered")
    roster = await stack.enter_async_context(gathered(options, ground.settings, ground.clock, beside.voice.say, found))
    for warning in roster.warnings():
        beside.voice.say(warning, True)
    roster.launch()
    peers: Peers = plugins.resolve(f"{OF_PEERS}:Peers")(roster, options, beside.undoing.over)
    return peers
