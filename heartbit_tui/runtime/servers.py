"""The servers of tools of one session put together: what they are, what a model gets of them, what a person is asked."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from heartbit_tui.auth import system_vault
from heartbit_tui.config.files import project_root
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.context import tokens
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import Message
from heartbit_tui.kernel.protocols import Agent, Clock, ContextPolicy, Tool, ToolSpec
from heartbit_tui.kernel.session import Session
from heartbit_tui.mcp.approvals import Approvals
from heartbit_tui.mcp.fleet import Fleet, Means
from heartbit_tui.mcp.keeping import Shelf
from heartbit_tui.mcp.names import plain
from heartbit_tui.mcp.search import ToolSearch, offering
from heartbit_tui.mcp.tokens import Logins
from heartbit_tui.mcp.tools import ServerTool
from heartbit_tui.mcp.types import Answers, Definition, Status
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.authority import authority
from heartbit_tui.runtime.options import CONVERSING, Options
from heartbit_tui.runtime.owning import LOGINS, private
from heartbit_tui.runtime.server_children import Children
from heartbit_tui.runtime.server_definitions import definitions
from heartbit_tui.runtime.server_policy import Reaching
from heartbit_tui.runtime.server_sampling import Sampler
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.voice import Voice

VERSION = "heartbit_tui:__version__"
CONNECTING = "heartbit_tui.mcp.link:connecting"
"""What makes connections is loaded in the thread that needs it: the SDK takes most of a second."""

ASKING = "heartbit_tui.runtime.server_asking"
WATCHED = ("repl", "tui")
"""The surfaces that heartbit draws itself: whoever sits there sees it wait."""

HEAD_START = 1.0
"""Seconds that a screen gets to come alive before anything is loaded beside it."""

PATIENCE = 10.0
"""Seconds that the first request of a session with nobody at it waits for servers that were never reached before, where
`mcp.first_wait` does not say it."""

BRIEF = 2.0
"""The same where somebody looks on: what comes later is there in the next turn."""


class Servers:
    """What a session has of its servers; `over` puts round each tool what makes its calls undoable.

    `wait` is how many seconds the first request waits for servers that were never reached; None leaves it to who looks on.
    """

    def __init__(self, fleet: Fleet, options: Options, wait: float | None, over: Callable[[Tool], Tool]) -> None:
        self.fleet = fleet
        self._watched = options.surface in WATCHED
        self._patience = wait if wait is not None else BRIEF if self._watched else PATIENCE
        self._asks = options.surface in CONVERSING and options.on_ask == "person"
        self._person = options.on_ask == "person"
        self._over = over
        self._seen: tuple[ServerTool, ...] = ()
        self._tools: tuple[Tool, ...] = ()

    def statuses(self) -> tuple[Status, ...]:
        """How each server stands."""
        return self.fleet.statuses()

    def warnings(self) -> tuple[str, ...]:
        """What a person should know at the beginning: definitions that cannot be used, and servers that wait."""
        phases = ("faulty",) if self._asks else ("faulty", "unapproved")
        return tuple(_warning(status) for status in self.fleet.statuses() if status.phase in phases)

    def tools(self) -> tuple[Tool, ...]:
        """The tools of servers that can be called now."""
        found = self.fleet.tools()
        if found is not self._seen:
            self._seen, self._tools = found, tuple(map(self._over, found))
        return self._tools

    def given_to(self, agent: Agent, window: Callable[[], int | None]) -> Agent:
        """The agent with these tools, behind a search where they would take too much of its model's window."""
        return given((self,), agent, window)

    def reaching(self, policy: ContextPolicy) -> ContextPolicy:
        """The policy with what a prompt names of these servers."""
        return Reaching(policy, self.fleet, self._patience)

    async def join(self, session: Session, stack: AsyncExitStack) -> None:
        """The session is open: servers start, and what a person has to say is asked."""
        self._begin(session, HEAD_START if self._watched else 0.0)
        if self._asks and self.fleet.waiting():
            await stack.enter_async_context(plugins.resolve(f"{ASKING}:asking")(session, self.fleet))

    async def join_late(self, session: Session) -> None:
        """The same amid a session; what a person has to say was asked when this returns."""
        self._begin(session, 0.0)
        if self._asks and self.fleet.waiting():
            await plugins.resolve(f"{ASKING}:ask")(session, self.fleet)

    def _begin(self, session: Session, after: float) -> None:
        async def person(questions: Sequence[Any]) -> Answers:
            return await session.desk.ask(list(questions))

        self.fleet.attend(person, Sampler(session, attended=self._person))
        self.fleet.launch(after)


def given(several: Sequence[Servers], agent: Agent, window: Callable[[], int | None]) -> Agent:
    """The agent with the tools of all these servers; of two tools with one name it gets the first."""
    offered = agent.offered

    def tools() -> tuple[Tool, ...]:
        return _each_once(tool for servers in several for tool in servers.tools())

    def found() -> tuple[Tool, ...]:
        return _each_once(tool for servers in several for tool in servers.fleet.tools())

    def chosen(specs: Sequence[ToolSpec], messages: Sequence[Message]) -> tuple[ToolSpec, ...]:
        return offering(offered(specs, messages), messages, tokens.tools, window())

    context = agent.context
    for servers in several:
        context = servers.reaching(context)
    tools_now = several[0].tools if len(several) == 1 else tools
    return replace(agent, tools=(*agent.tools, ToolSearch(found)), passing=tools_now, offered=chosen, context=context)


def _each_once(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    kept: dict[str, Tool] = {}
    for tool in tools:
        kept.setdefault(tool.spec.name, tool)
    return tuple(kept.values())


def _warning(status: Status) -> str:
    return status.told if status.phase == "faulty" else f"The MCP server “{status.name}” did not start: {status.told}."


@asynccontextmanager
async def servers(
    options: Options, settings: Settings, clock: Clock, voice: Voice, over: Callable[[Tool], Tool]
) -> AsyncGenerator[Servers]:
    """The servers that the settings and the project define."""
    found = await asyncio.to_thread(definitions, settings, options.cwd, options.servers)
    async with serving(found, options, settings, clock, voice, over) as served:
        yield served


@asynccontextmanager
async def serving(
    found: Sequence[Definition],
    options: Options,
    settings: Settings,
    clock: Clock,
    voice: Voice,
    over: Callable[[Tool], Tool],
) -> AsyncGenerator[Servers]:
    """These servers."""
    children = Children(settings.environment)
    means = means_of(options, settings, clock, children, voice.say)
    try:
        async with Fleet(found, means) as fleet:
            yield Servers(fleet, options, settings.config.number("mcp.first_wait"), over)
    finally:
        await asyncio.to_thread(children.end_all)


def means_of(
    options: Options, settings: Settings, clock: Clock, children: Children, say: Callable[[str, bool], None]
) -> Means:
    """What a fleet works with on this machine."""
    places, root = settings.places, project_root(options.cwd)
    kept = private(places.data / "mcp", options.identity)
    return Means(
        # What a server shows to one user is not what it shows to another.
        shelf=Shelf(lambda digest: LockedFile(kept / f"{digest[:40]}.json")),
        approvals=Approvals(LockedFile(places.state / "mcp-approvals.json"), str(root)),
        connect=partial(_connecting, children),
        clock=clock,
        roots=settings.workspace.roots,
        environment=settings.environment,
        log=lambda name: str(places.state / "mcp" / f"{plain(name)}.log"),
        say=say,
        # What the person at this machine logged in with is not lent to others.
        logins=logins_of(settings) if options.identity is None else None,
        authority=authority(options, settings, clock),
    )


def logins_of(settings: Settings) -> Logins:
    """What logins at servers gave: in the system's keyring where there is one, else in a private file."""
    return Logins(LockedFile(settings.places.config / LOGINS), system_vault())


def _connecting(children: Children) -> Any:
    try:
        return plugins.resolve(CONNECTING)(children, plugins.resolve(VERSION))
    except ImportError as error:
        raise HeartbitError(f"The MCP library cannot be loaded: {error}") from error
