"""Options become an open session: settings, model, tools, rules, log, agent."""

import asyncio
import platform
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from heartbit_tui.context import prompt
from heartbit_tui.context.instructions import SEPARATOR
from heartbit_tui.context.ledger import Part
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope, ModeChanged, ModelChanged, SessionStarted
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Agent, Clock, Gate, Guardrail, Journal, Provider, Tool
from heartbit_tui.kernel.session import Opening, Session, Wiring
from heartbit_tui.kernel.workflows import Offered
from heartbit_tui.runtime import contexts, plugins, sandboxing
from heartbit_tui.runtime.audited import watched
from heartbit_tui.runtime.background import Seen
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.companions import Companions, companions
from heartbit_tui.runtime.language import Language
from heartbit_tui.runtime.meters import Meters, outlook_on
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.opening import Place
from heartbit_tui.runtime.options import CONVERSING, Options
from heartbit_tui.runtime.own_commands import OwnCommands
from heartbit_tui.runtime.protection import protection
from heartbit_tui.runtime.pursuits import Pursuits
from heartbit_tui.runtime.remembering import Remembering
from heartbit_tui.runtime.safety import NOTHING_KNOWN, Safety
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.runtime.standing import Standing
from heartbit_tui.runtime.teaming import Teaming, teamed
from heartbit_tui.runtime.telemetry import Telemetry
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.runtime.warmth import Watchful
from heartbit_tui.tools.jobs import Jobs
from heartbit_tui.tools.selection import Choice, Selection

if TYPE_CHECKING:
    from heartbit_tui.context.outlook import Outlook
    from heartbit_tui.runtime.peers import Peers
    from heartbit_tui.runtime.servers import Servers
    from heartbit_tui.runtime.skilled import Skilled

NAME = "heartbit"
DEMO_PLACE = "heartbit_tui.runtime.demonstration:place"
NO_MODEL = "heartbit_tui.providers.scripted:Scripted"
"""What stands in for a model that nothing is asked of."""

ASKS = "heartbit_tui.runtime.flow_tables:asks"
UNASKED = "heartbit_tui.providers.unasked:Unasked"
DEMO_MODEL = "heartbit_tui.runtime.demonstration:model"
TRUSTING = "heartbit_tui.runtime.trusting:asking"
GUARDRAILS = "heartbit_tui.runtime.guardrails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open session with all that a surface may want to show of it; `log` is what it held when it was opened.

    `whole` reads the same from the store with all that taking up a session does not need. `sandbox` names what
    commands run in, or is empty; `safety` tells that and the rest of what protects it. `background` ends what runs there.
    """

    session: Session
    journal: Journal
    jobs: Jobs
    background: Seen
    meters: Meters
    gate: Gate
    cwd: str
    whole: Callable[[], Awaitable[tuple[Envelope, ...]]]
    undo: Undoing
    log: tuple[Envelope, ...] = ()
    warnings: tuple[str, ...] = ()
    sandbox: str = ""
    safety: Safety = NOTHING_KNOWN
    telemetry: Telemetry
    """What is told to a person's own tools, with the figures of the session."""
    remembering: Remembering | None = None
    """What is done with the memory; None where there is none."""
    skilled: "Skilled | None" = None
    """The skills and commands; None where nobody wants any."""
    servers: "Servers | None" = None
    """The servers of tools; None where none are defined."""
    peers: "Peers | None" = None
    """The agents of others; None where none is defined."""
    workflows: tuple[Offered, ...] = ()
    """The workflows that can be started."""
    language: Language
    """The language servers."""
    pursuits: Pursuits
    """The plans and the goal of the session."""
    commands: OwnCommands | None = None
    """The commands of persons who are elsewhere."""

    @property
    def last_seq(self) -> int:
        """The seq of the last envelope of `log`."""
        return self.log[-1].seq if self.log else 0


@asynccontextmanager
async def opened(options: Options) -> AsyncGenerator[Opened]:
    """The session that the options ask for. Raises `ConfigError`, `AuthenticationError`, `UntrustedError`, `StoreError`."""
    async with AsyncExitStack() as stack:
        if options.demo:
            options = stack.enter_context(plugins.resolve(DEMO_PLACE)(options))
        clock = SystemClock()
        settings = await _demanding(options, clock)
        models = await stack.enter_async_context(Models.open(settings, clock))
        provider = await _provider(options, settings, models, clock)
        beside = await stack.enter_async_context(companions(options, settings, clock))
        place, standing = beside.place, Standing(settings.mode)
        team = await stack.enter_async_context(teamed(options, settings, clock, beside))
        watch = Watchful(beside.policy, place.meters.warmth)
        guardrails = (*_guardrails(settings, models, provider, clock, standing), *beside.guards)
        agent = replace(_agent(options, settings, provider, beside.tools), guardrails=guardrails, context=watch)
        wiring = _wiring(beside, clock, models, team)
        session = await stack.enter_async_context(_session(options, settings, team.given_to(agent), wiring, beside))
        place.meters.join(session, watch, beside.chain, _parts(settings))
        standing.follow(lambda: session.settings.mode)
        await beside.join(session, models, stack)
        team.join(session, models, beside, partial(_guards_of, models=models, clock=clock, mode=standing))
        await _announce(session, options, place)
        warnings = (*settings.warnings, *beside.warnings, *team.warnings)
        if settings.changed and options.on_ask == "person" and options.surface in CONVERSING:
            await stack.enter_async_context(plugins.resolve(TRUSTING)(session, settings.changed, clock))
            warnings = tuple(each for each in warnings if each != settings.changed.text)
        yield Opened(
            session=session,
            journal=place.journal,
            jobs=beside.jobs,
            background=Seen(beside.jobs, beside.undoing),
            meters=place.meters,
            gate=settings.gate,
            cwd=str(options.cwd),
            whole=place.whole,
            log=place.log,
            warnings=warnings,
            undo=beside.undoing,
            sandbox=sandboxing.label(settings.sandbox),
            safety=protection(settings, agent.guardrails, audited=place.trail is not None),
            telemetry=beside.telemetry,
            remembering=beside.remembering,
            skilled=beside.skilled,
            language=beside.language,
            servers=beside.servers,
            peers=beside.peers,
            pursuits=beside.pursuits,
            workflows=team.workflows.offered,
            commands=OwnCommands.of(options.cwd, settings, beside.undoing, session, stack),
        )


async def _demanding(options: Options, clock: Clock) -> Settings:
    """The settings of a session. Raises `ConfigError` also where the sandbox is not there that they demand."""
    settings = await read(options, clock)
    sandboxing.demand(settings.config, settings.sandbox)
    return settings


async def _provider(options: Options, settings: Settings, models: Models, clock: Clock) -> Provider:
    """What answers: the demo's script, what the program brought, or what the settings name; nothing where nobody asks."""
    if options.demo:
        return plugins.resolve(DEMO_MODEL)(options, clock)
    if options.workflow and not plugins.resolve(ASKS)(options, settings):
        return plugins.resolve(UNASKED)()
    own = options.brought.provider
    return await models.first() if own is None else models.brought(own)


def _session(options: Options, settings: Settings, agent: Agent, wiring: Wiring, beside: Companions) -> Session:
    opening = Opening(log=beside.place.log, mode=settings.mode, on_ask=options.on_ask)
    whole = _only(_equipped(agent, settings, beside), options.tools)
    return Session(beside.place.session_id, whole, wiring, opening)


def _wiring(beside: Companions, clock: Clock, models: Models, team: Teaming) -> Wiring:
    place = beside.place
    return Wiring(
        bus=place.bus,
        journal=place.journal,
        clock=clock,
        models=models.connect,
        caps=place.meters.caps,
        jobs=Seen(beside.jobs, beside.undoing),
        crew=team.crew,
        workflows=team.workflows,
        casting=team.casting,
    )


async def outlook_of(log: Sequence[Envelope], options: Options, clock: Clock) -> "Outlook":
    """What would be sent if the session with this log were taken up now in its folder. Raises `ConfigError`."""
    started = next((each for each in log if isinstance(each.event, SessionStarted)), None)
    chosen = [each.event for each in log if isinstance(each.event, ModelChanged | SessionStarted)]
    if started is not None and isinstance(started.event, SessionStarted):
        options = replace(options, cwd=await asyncio.to_thread(_folder, started.event.cwd, options.cwd))
    settings = await read(options, clock)
    model = plugins.resolve(NO_MODEL)(model=chosen[-1].model if chosen else "")
    conversation = Conversation(started.agent if started else NAME, log)
    stored = contexts.Stored(conversation.past(), model.model)
    async with Jobs() as jobs, toolbox(options.cwd, settings, jobs) as tools:
        agent = _agent(options, settings, model, (*tools, contexts.recall(stored)))
    agent = replace(agent, context=contexts.policy(options.cwd, settings, stored))
    return await outlook_on(agent, conversation, _parts(settings))


def _folder(cwd: str, other: Path) -> Path:
    """The folder of a session, or another one where it is gone."""
    return Path(cwd) if Path(cwd).is_dir() else other


def _agent(options: Options, settings: Settings, provider: Provider, tools: tuple[Tool, ...]) -> Agent:
    surroundings = prompt.Surroundings(
        cwd=str(options.cwd),
        platform=f"{platform.system()} {platform.release()}",
        shell="bash",
        extra=tuple(str(path) for path in options.extra_dirs),
    )
    system = prompt.assemble(
        tools=[tool.spec.name for tool in tools],
        instructions=settings.instructions.text,
        surroundings=surroundings,
        append=options.append_system,
    )
    return Agent(
        name=NAME,
        system=system,
        provider=provider,
        tools=tools,
        gate=settings.gate,
        context=Whole(),
        limits=settings.limits,
        max_tokens=settings.max_output_tokens,
        effort=settings.effort,
        response=_response(options.schema),
        facts=lambda mode: prompt.facts(mode, f"{settings.today:%Y-%m-%d}"),
        offered=contexts.recalling(_selection(settings)),
    )


def _parts(settings: Settings) -> tuple[Part, ...]:
    """The parts of the system prompt that are told of one by one: each file of instructions."""
    found = settings.instructions
    texts = found.text.split(SEPARATOR)
    if len(texts) != len(found.files):
        return (Part(kind="instructions", title="instructions of files", text=found.text),)
    pairs = zip(found.files, texts, strict=True)
    return tuple(Part(kind="instructions", title=str(file), text=text) for file, text in pairs)


def _guards_of(
    name: str, settings: Settings, provider: Provider, *, models: Models, clock: Clock, mode: Callable[[], Mode]
) -> tuple[Guardrail, ...]:
    """What the configuration asks for of an agent that works for the session's own."""
    return _guardrails(settings, models, provider, clock, mode, name)


def _guardrails(
    settings: Settings,
    models: Models,
    provider: Provider,
    clock: Clock,
    mode: Callable[[], Mode],
    name: str = NAME,
) -> tuple[Guardrail, ...]:
    """What the configuration asks for; loaded only where it asks for something."""
    if not any(settings.config.is_set(section) for section in ("guardrails", "agents")):
        return ()
    secrets = tuple(filter(None, (settings.environment.get(name) for name in sorted(settings.secret_names))))

    def judge(name: str, model: str) -> Provider:
        return models.beside(name, model) if name or model else provider

    around = plugins.resolve(f"{GUARDRAILS}:Around")(agent=name, mode=mode, clock=clock, judge=judge, secrets=secrets)
    return plugins.resolve(f"{GUARDRAILS}:build")(settings.config, around)


def _selection(settings: Settings) -> Selection:
    profile = cast("Choice", settings.config.string("tools.profile") or "full")
    return Selection(profile, settings.config.integer("tools.max_per_turn"))


def _equipped(agent: Agent, settings: Settings, beside: Companions) -> Agent:
    """The agent with what judges its calls (rules, hooks behind them, the audit's witness), and its choice of tools."""
    gate = beside.hooked.gate(settings.gate) if beside.hooked else settings.gate
    offered = beside.skilled.offering(agent.offered) if beside.skilled else agent.offered
    return beside.equipped(replace(agent, gate=watched(gate, beside.place.trail), offered=offered))


def _only(agent: Agent, names: tuple[str, ...] | None) -> Agent:
    """The agent with the tools of these names alone, also of those that come and go."""
    if names is None:
        return agent
    passing = agent.passing

    def named(tools: Sequence[Tool]) -> tuple[Tool, ...]:
        return tuple(tool for tool in tools if tool.spec.name in names)

    return replace(agent, tools=named(agent.tools), passing=lambda: named(passing()))


def _response(schema: JsonObject | None) -> Tool | None:
    return None if schema is None else plugins.load("heartbit.tools", "__respond__")(schema)


async def _announce(session: Session, options: Options, place: Place) -> None:
    """Say in the log what this session is made of now, where the log does not say so yet."""
    settings = session.settings
    if not place.log:
        started = SessionStarted(
            cwd=str(options.cwd),
            provider=settings.provider.name,
            model=settings.provider.model,
            mode=settings.mode,
        )
        session.append(NAME, started)
        await place.journal.committed(session.seq)  # nobody is told of a session that could not be kept
        return
    changes = [envelope.event for envelope in place.log if isinstance(envelope.event, ModelChanged | SessionStarted)]
    if not changes or changes[-1].model != settings.provider.model:
        changed = ModelChanged(provider=settings.provider.name, model=settings.provider.model, effort=settings.effort)
        session.append(NAME, changed)
    modes = [e.event.mode for e in place.log if isinstance(e.event, ModeChanged | SessionStarted)]
    if not modes or modes[-1] is not settings.mode:
        session.append(NAME, ModeChanged(mode=settings.mode))
