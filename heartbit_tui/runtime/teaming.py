"""Whether a session has agents that it can hand tasks to; what is about them is loaded where there are some."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from heartbit_tui.kernel.casting import Alone, Casting
from heartbit_tui.kernel.crew import NoCrew
from heartbit_tui.kernel.protocols import Agent, Clock, Crew, Guardrail, Provider
from heartbit_tui.kernel.session import Session
from heartbit_tui.kernel.workflows import NoWorkflows, Workflows
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.companions import Companions
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.team_places import defined

if TYPE_CHECKING:
    from heartbit_tui.runtime.team import Led

LED = "heartbit_tui.runtime.team:led"

Guards: TypeAlias = Callable[[str, Settings, Provider], tuple[Guardrail, ...]]
"""Gives the guardrails that settings ask for, for an agent's name, its settings and its model."""


class Teaming:
    """The agents of a session and its workflows, or nobody; `warnings` tell of what defines none."""

    def __init__(
        self, led: "Led | None" = None, workflows: Workflows | None = None, warnings: tuple[str, ...] = ()
    ) -> None:
        self.led = led
        self.workflows = workflows or NoWorkflows()
        self.warnings = warnings

    @property
    def crew(self) -> Crew:
        """Who hears what a person says to one of them."""
        return self.led.team if self.led else NoCrew()

    @property
    def casting(self) -> Casting:
        """Who works on each prompt."""
        return self.led.casting if self.led else Alone()

    def given_to(self, agent: Agent) -> Agent:
        """The session's own agent, able to hand out tasks where there is somebody."""
        return self.led.given_to(agent) if self.led else agent

    def join(self, session: Session, models: Models, beside: Companions, guards: Guards) -> None:
        """The session is open."""
        if self.led is not None:
            self.led.join(session, models, beside, guards)


@asynccontextmanager
async def teamed(options: Options, settings: Settings, clock: Clock, beside: Companions) -> AsyncGenerator[Teaming]:
    """The agents and workflows that the settings and files define, or that skills want.

    Raises `ConfigError` for two agents of one name.
    """
    skilled = beside.skilled
    wanted = skilled is not None and any(skill.apart for skill in skilled.catalogue.skills)
    if not wanted and not await asyncio.to_thread(defined, options, settings):
        yield Teaming()
        return
    led, workflows, warnings = await plugins.resolve(LED)(options, settings, clock, beside.accounts)
    try:
        yield Teaming(led, workflows, warnings)
    finally:
        await led.close()
