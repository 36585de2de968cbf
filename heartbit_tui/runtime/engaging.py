"""An agent for one assignment: built as the session's own one is, with tools, memory and a conversation of its own."""

import platform
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.board_tools import board_tools
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.agents.types import Engaged
from heartbit_tui.config.own import of_agent
from heartbit_tui.context import prompt
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk, Settings as Held
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Agent, Clock, Provider, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.providers.models import window
from heartbit_tui.runtime import contexts, plugins
from heartbit_tui.runtime.companions import Companions
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, limits_of
from heartbit_tui.runtime.teaming import Guards
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.tools.selection import Profile, Selection

FOLDER = Path(__file__).parents[1] / "agents"
OWN_CONVERSATION = frozenset({"recall_context"})
"""Tools of the session's own agent that are about its own conversation."""

RESPOND = "__respond__"


class Terms:
    """The terms of an agent that works for another: the session's own, but for its model and how much that thinks."""

    def __init__(self, session: Held, provider: Provider | None, effort: Effort | None) -> None:
        self._session = session
        self._provider = provider
        self._effort = effort
        self.strongest = False

    @property
    def mode(self) -> Mode:
        return self._session.mode

    @property
    def provider(self) -> Provider:
        return self._provider or self._session.provider

    @property
    def effort(self) -> Effort | None:
        return self._effort or self._session.effort

    @property
    def on_ask(self) -> OnAsk:
        return self._session.on_ask

    @property
    def caps(self) -> Caps:
        return self._session.caps


class Apart(contexts.Following):
    """What policies and tools ask about where an agent works for another: its own conversation, its own model."""

    def __init__(self, terms: Terms) -> None:
        super().__init__()
        self._terms = terms
        self.desk: Desk | None = None

    def past(self) -> Past:
        return self.desk.past() if self.desk else Past()

    def window(self) -> int | None:
        return window(self._terms.provider.model)

    def say(self, text: str) -> None:
        """Leave words for the agent."""
        if self.desk is not None:
            self.desk.say(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What agents are built from: what the session was opened with, and the session; `later` ends what they had open."""

    options: Options
    settings: Settings
    clock: Clock
    models: Models
    beside: Companions
    session: Session
    guards: Guards
    later: Callable[[AsyncExitStack], None]


@asynccontextmanager
async def engaged(ground: Ground, definition: Definition, label: str, board: Board) -> AsyncGenerator[Engaged]:
    """The agent of a definition under the name `label`. Raises `ConfigError`, `AuthenticationError`."""
    settings = _settings(ground.settings, definition)
    terms = Terms(ground.session.settings, await _provider(ground, settings, definition), settings.effort)
    following = Apart(terms)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(toolbox(ground.options.cwd, settings, ground.beside.jobs))
        memory = ground.beside.remembering
        remembering = memory.of_agent(definition.name, settings) if memory else None
        tools = _tools(ground, definition, own, board, following, *(remembering.of_crew() if remembering else ()))
        chain = contexts.policy(ground.options.cwd, settings, following, remembering)
        agent = Agent(
            name=label,
            system=_system(ground, definition, tools),
            provider=terms.provider,
            tools=tools,
            gate=ground.session.agent.gate,
            context=remembering.around(chain) if remembering else chain,
            guardrails=(
                *ground.guards(definition.name, settings, terms.provider),
                *ground.beside.guards_of(label, following.say),
            ),
            limits=settings.limits,
            max_tokens=settings.max_output_tokens,
            effort=terms.effort,
            response=_response(settings, definition),
            facts=lambda mode: prompt.facts(mode, f"{settings.today:%Y-%m-%d}"),
            offered=contexts.recalling(_selection(settings)),
        )
        if not definition.tools:
            agent = ground.beside.served(agent, following)
        desk = ground.session.desk_of(agent, terms)
        following.desk = desk
        try:
            yield Engaged(agent=agent, desk=desk, within=ground.session.desk.budget)
        finally:
            ground.later(stack.pop_all())  # its report need not wait until its shell has ended


def _settings(settings: Settings, definition: Definition) -> Settings:
    """The settings as they are for this agent."""
    if definition.number is None:
        return settings
    config = of_agent(settings.config, definition.number)
    return replace(settings, config=config, limits=limits_of(config))


async def _provider(ground: Ground, settings: Settings, definition: Definition) -> Provider | None:
    """The agent's own model, None for the session's."""
    if definition.model:
        return ground.models.beside("", definition.model)
    own = definition.number is not None and ground.settings.config.is_set(f"agents[{definition.number}].provider")
    return await ground.models.with_settings(settings).first() if own else None


def _tools(
    ground: Ground, definition: Definition, own: tuple[Tool, ...], board: Board, following: Apart, *memory: Tool
) -> tuple[Tool, ...]:
    """Its own instances of what has a state, what the session shares, the board; those alone that it may use."""
    beside = ground.beside
    first = (*own, *beside.language.asking(own), contexts.recall(following), *memory)
    mine = beside.language.around(tuple(map(beside.undoing.over, first)))
    names = {tool.spec.name for tool in mine} | OWN_CONVERSATION
    shared = (tool for tool in beside.tools if tool.spec.name not in names)
    every = (*mine, *shared)
    allowed = tuple(tool for tool in every if not definition.tools or tool.spec.name in definition.tools)
    return (*allowed, *board_tools(board))


def _system(ground: Ground, definition: Definition, tools: tuple[Tool, ...]) -> str:
    settings, options = ground.settings, ground.options
    part = FOLDER / ("leading_step.md" if definition.leads else "working.md")
    working = part.read_text(encoding="utf-8").strip()
    surroundings = prompt.Surroundings(
        cwd=str(options.cwd),
        platform=f"{platform.system()} {platform.release()}",
        shell="bash",
        extra=tuple(str(path) for path in options.extra_dirs),
    )
    return prompt.assemble(
        tools=[tool.spec.name for tool in tools],
        instructions=settings.instructions.text,
        surroundings=surroundings,
        append=options.append_system,
        role=f"{definition.prompt or prompt.usual()}\n\n{working}",
    )


def _response(settings: Settings, definition: Definition) -> Tool | None:
    """What takes its answer, where that has to have a shape."""
    key = f"agents[{definition.number}].response_schema"
    if definition.number is None or not settings.config.is_set(key):
        return None
    return plugins.load("heartbit.tools", RESPOND)(cast("JsonObject", settings.config.value(key)))


def _selection(settings: Settings) -> Any:
    profile = cast("Profile", settings.config.string("tools.profile") or "full")
    return Selection(profile, settings.config.integer("tools.max_per_turn"))
