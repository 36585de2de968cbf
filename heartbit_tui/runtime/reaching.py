"""Whether a session has servers of tools or agents of others; what speaks to them is loaded where there are some."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.runtime.voice import Voice

if TYPE_CHECKING:
    from heartbit_tui.runtime.peers import Peers
    from heartbit_tui.runtime.servers import Servers

SECTIONS = ("mcp", "mcp_servers", "mcpServers")
"""The keys of the settings that define servers."""

AGENTS = "a2a_agents"
"""The key that defines agents of others."""

SHARED = ".mcp.json"
"""The file of a project that does."""

OPENED = "heartbit_tui.runtime.servers:servers"
PEERS = "heartbit_tui.runtime.peers:peers"


@asynccontextmanager
async def reached(
    options: Options, settings: Settings, clock: Clock, voice: Voice, undoing: Undoing
) -> AsyncGenerator["Servers | None"]:
    """The servers of a session; None where none are defined."""
    if options.bare or options.demo or not _defined(options, settings):
        yield None
        return
    opened: Any = plugins.resolve(OPENED)
    async with opened(options, settings, clock, voice, undoing.over) as found:
        yield found


@asynccontextmanager
async def met(
    options: Options, settings: Settings, clock: Clock, voice: Voice, undoing: Undoing
) -> AsyncGenerator["Peers | None"]:
    """The agents of others that a session may speak with; None where none are defined."""
    if options.bare or options.demo or not settings.config.is_set(AGENTS):
        yield None
        return
    opened: Any = plugins.resolve(PEERS)
    async with opened(options, settings, clock, voice.say, undoing.over) as found:
        yield found


def _defined(options: Options, settings: Settings) -> bool:
    shared = project_root(options.cwd) / SHARED
    return bool(options.servers) or any(settings.config.is_set(name) for name in SECTIONS) or shared.is_file()
