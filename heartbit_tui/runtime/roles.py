"""What an agent of a definition is built from, whether it works for the session's own one or takes its place."""

import platform
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from heartbit_tui.agents.definitions import Definition
from heartbit_tui.config.own import of_agent
from heartbit_tui.context import prompt
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk, Settings as Held
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Clock, Provider, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.providers.models import window
from heartbit_tui.runtime import contexts, plugins
from heartbit_tui.runtime.companions import Companions
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, limits_of
from heartbit_tui.runtime.teaming import Guards
from heartbit_tui.tools.selection import Profile, Selection

FOLDER = Path(__file__).parents[1] / "agents"
RESPOND = "__respond__"


class Terms:
    """The terms of an agent of a session: the session's own, but for its model and how much that thinks."""

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
    """What policies and tools ask about where an agent is not the session's own: its conversation, its own model."""

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


def settings_of(settings: Settings, definition: Definition) -> Settings:
    """The settings as they are for this agent."""
    if definition.number is None:
        return settings
    config = of_agent(settings.config, definition.number)
    return replace(settings, config=config, limits=limits_of(config))


async def terms_of(ground: Ground, settings: Settings, definition: Definition) -> Terms:
    """Its terms: of what it does not set, those of the session, as they are at any time.

    Raises `ConfigError`, `AuthenticationError`.
    """
    own = definition.number is not None and ground.settings.config.is_set(
        f"agents[{definition.number}].reasoning_effort"
    )
    provider = await _provider(ground, settings, definition)
    return Terms(ground.session.settings, provider, settings.effort if own else None)


async def _provider(ground: Ground, settings: Settings, definition: Definition) -> Provider | None:
    """The agent's own model, None for the session's."""
    if definition.model:
        return ground.models.beside("", definition.model)
    own = definition.number is not None and ground.settings.config.is_set(f"agents[{definition.number}].provider")
    return await ground.models.with_settings(settings).first() if own else None


def system_of(ground: Ground, definition: Definition, tools: tuple[Tool, ...], part: str) -> str:
    """Its system prompt; `part` is the file that says what it is in this session."""
    settings, options = ground.settings, ground.options
    told = (FOLDER / part).read_text(encoding="utf-8").strip()
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
        role=f"{definition.prompt or prompt.usual()}\n\n{told}",
    )


def response_of(settings: Settings, definition: Definition) -> Tool | None:
    """What takes its answer, where that has to have a shape."""
    key = f"agents[{definition.number}].response_schema"
    if definition.number is None or not settings.config.is_set(key):
        return None
    return plugins.load("heartbit.tools", RESPOND)(cast("JsonObject", settings.config.value(key)))


def selection_of(settings: Settings) -> Any:
    """The choice of the tools that it is told of."""
    profile = cast("Profile", settings.config.string("tools.profile") or "full")
    return Selection(profile, settings.config.integer("tools.max_per_turn"))
