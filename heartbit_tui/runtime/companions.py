"""What goes along with a session: what it remembers, looks up, brings back, runs in the background and can undo."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from heartbit_tui.config.files import project_root
from heartbit_tui.context.chain import Chain
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.protocols import Agent, Clock, ContextPolicy, Guardrail, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime import contexts, plugins
from heartbit_tui.runtime.accounts import Accounts
from heartbit_tui.runtime.language import Language, language
from heartbit_tui.runtime.lookup import lookup
from heartbit_tui.runtime.memory_store import remembered
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.opening import Place, placed
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.plugged import plugged, without_doubles
from heartbit_tui.runtime.pursuits import Means, Pursuits
from heartbit_tui.runtime.reaching import met, reached
from heartbit_tui.runtime.remembering import Remembering
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.skill_places import OURS, wanted
from heartbit_tui.runtime.telemetry import Telemetry, telemetry
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.runtime.voice import Voice
from heartbit_tui.tools.jobs import Jobs

if TYPE_CHECKING:
    from heartbit_tui.runtime.hooked import Hooked
    from heartbit_tui.runtime.peers import Peers
    from heartbit_tui.runtime.servers import Servers
    from heartbit_tui.runtime.skilled import Skilled

SKILLED = "heartbit_tui.runtime.skilled:open_skills"
SKILL = "skill"
HOOKED = "heartbit_tui.runtime.hooked:Hooked"
HOOKS = "hooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """All of it, made before the session is there; `tools` are all that its agent has.

    `policy` prepares every request, and has in it the `chain` of what shortens the conversation.
    """

    place: Place
    jobs: Jobs
    undoing: Undoing
    remembering: Remembering | None
    following: contexts.Following
    voice: Voice
    skilled: "Skilled | None"
    hooked: "Hooked | None"
    tools: tuple[Tool, ...]
    chain: Chain
    policy: ContextPolicy
    language: Language
    telemetry: Telemetry
    pursuits: Pursuits
    accounts: Accounts
    """What each agent has spent."""
    servers: "Servers | None" = None
    """What others offer over MCP; None where no server is defined."""
    peers: "Peers | None" = None
    """The agents of others; None where none is defined."""
    own_guards: tuple[Guardrail, ...] = ()
    """The guardrails that the program or a plugin brings."""
    unplugged: tuple[str, ...] = ()
    """What could not be had of plugins, in sentences."""

    def equipped(self, agent: Agent) -> Agent:
        """The agent with its plans and its goal, and what the servers and the agents of others offer, where there are some."""
        agent = self.pursuits.given_to(agent)
        served = agent if self.servers is None else self.servers.given_to(agent, self.following.window)
        return served if self.peers is None else self.peers.given_to(served)

    def served(self, agent: Agent, following: contexts.Following) -> Agent:
        """An agent that works for the session's own one, with what the servers offer."""
        return agent if self.servers is None else self.servers.given_to(agent, following.window)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of plugins, servers and agents at the beginning."""
        served = self.servers.warnings() if self.servers is not None else ()
        return (
            *self.unplugged,
            *self.telemetry.warnings,
            *served,
            *(self.peers.roster.warnings() if self.peers is not None else ()),
        )

    @property
    def guards(self) -> tuple[Guardrail, ...]:
        """The guardrails that come with it."""
        return (*self.own_guards, *(self.hooked.guards if self.hooked else ()))

    def guards_of(self, agent: str, go_on: Callable[[str], None]) -> tuple[Guardrail, ...]:
        """The same for an agent that works for the session's own one; `go_on` leaves words for it."""
        return (*self.own_guards, *((self.hooked.guard_of(agent, go_on),) if self.hooked else ()))

    async def join(self, session: Session, models: Models, stack: AsyncExitStack) -> None:
        """The session is open: all of it is heard there from now on, until `stack` ends."""
        if self.remembering is not None:
            self.remembering.begin(session)
            stack.push_async_callback(self.remembering.finish)
        if self.hooked is not None:
            self.hooked.join(session, stack)
        self.voice.speak_in(session)
        stack.callback(self.voice.hush)
        stack.push_async_callback(self.telemetry.flush)
        self.following.follow(session)
        means = Means(models=models, place=self.place, undoing=self.undoing, jobs=self.jobs)
        self.pursuits.join(session, means, stack)
        if self.servers is not None:
            await self.servers.join(session, stack)
        if self.peers is not None:
            self.peers.roster.launch()
        await self.undoing.join(session, self.place)


@asynccontextmanager
async def companions(options: Options, settings: Settings, clock: Clock) -> AsyncGenerator[Companions]:
    """Everything that a session with these options has beside it. Raises `ConfigError`, `StoreError`."""
    async with AsyncExitStack() as stack:
        enter, finding = stack.enter_async_context, _finding(options, settings, clock, stack)
        undoing, voice, following = Undoing(options, settings, clock), Voice(), contexts.Following()
        accounts, pursuits = Accounts(), Pursuits(options, settings, clock)
        jobs = await enter(Jobs())
        hooked = _hooked(options, settings, stack)
        options, warnings = await plugged(options, settings, clock)
        telling = await enter(telemetry(settings, clock, voice.say))
        heard = (undoing.take, jobs.hear, accounts.take, telling.take, *pursuits.takes, *_taking(hooked))
        place = await enter(placed(options, settings, clock, *heard))
        jobs.remember(place.log)
        remembering = await enter(remembered(options, settings, place.session_id, clock, store=place.store))
        skilled = await finding
        spoken = await enter(language(options, settings, clock, voice.say))
        own = await enter(toolbox(options.cwd, settings, jobs))
        tools = (
            *own,
            *spoken.asking(own),
            contexts.recall(following),
            *(remembering.tools if remembering else ()),
            *_loading(skilled, settings),
            *await enter(lookup(options, settings, clock, place.store, voice.say)),
        )
        brought, doubles = _brought(tools, options, settings)
        servers = await enter(reached(options, settings, clock, voice, undoing))
        agents = await enter(met(options, settings, clock, voice, undoing))
        chain = contexts.policy(options.cwd, settings, following, remembering, also=_policies(hooked, skilled))
        yield Companions(
            place=place,
            jobs=jobs,
            undoing=undoing,
            remembering=remembering,
            following=following,
            skilled=skilled,
            hooked=hooked,
            language=spoken,
            voice=voice,
            telemetry=telling,
            pursuits=pursuits,
            accounts=accounts,
            tools=spoken.around(await enter(undoing.around((*tools, *brought)))),
            chain=chain,
            policy=remembering.around(chain) if remembering else chain,
            servers=servers,
            own_guards=options.brought.guardrails,
            unplugged=(*warnings, *doubles),
            peers=agents,
        )


def _policies(hooked: "Hooked | None", skilled: "Skilled | None") -> tuple[ContextPolicy, ...]:
    """What hooks and skills add to what the model is told."""
    return tuple(each.policy for each in (hooked, skilled) if each is not None)


def _taking(hooked: "Hooked | None") -> tuple[Callable[[Envelope], None], ...]:
    """What tells the hooks of a person what happens, where there are any."""
    return (hooked.take,) if hooked else ()


def _brought(tools: tuple[Tool, ...], options: Options, settings: Settings) -> tuple[tuple[Tool, ...], tuple[str, ...]]:
    """The tools that the program or a plugin brings and the settings leave in, and what is said of the others."""
    left_out = settings.config.strings("tools.disabled")
    own = (tool for tool in options.brought.tools if tool.spec.name not in left_out)
    return without_doubles(tools, own)


def _finding(
    options: Options, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> "asyncio.Future[Skilled | None]":
    """Begin to look for skills and commands beside the loop; None comes of it where nobody wants any."""

    def find() -> "Skilled | None":
        return plugins.resolve(SKILLED)(options, settings, clock) if wanted(options, settings.config) else None

    finding = asyncio.ensure_future(asyncio.to_thread(find))
    stack.push_async_callback(asyncio.gather, finding, return_exceptions=True)
    return finding


def _loading(skilled: "Skilled | None", settings: Settings) -> tuple[Tool, ...]:
    """The tool that loads skills, where there is something to load."""
    if skilled is None or SKILL in settings.config.strings("tools.disabled"):
        return ()
    return (skilled.tool,) if skilled.catalogue.for_models else ()


def _hooked(options: Options, settings: Settings, stack: AsyncExitStack) -> "Hooked | None":
    """The hooks of a session; None, and nothing of theirs loaded, where there can be none. Raises `ConfigError`."""
    folders = (settings.places.config / HOOKS, project_root(options.cwd) / OURS / HOOKS)
    if options.bare or not (settings.config.is_set(HOOKS) or any(folder.is_dir() for folder in folders)):
        return None
    return plugins.resolve(HOOKED)(options, settings, stack)
