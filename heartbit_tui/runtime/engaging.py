"""An agent for one assignment: built as the session's own one is, with tools, memory and a conversation of its own."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.board_tools import board_tools
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.agents.types import Engaged
from heartbit_tui.context import prompt
from heartbit_tui.kernel.protocols import Agent, Tool
from heartbit_tui.runtime import contexts
from heartbit_tui.runtime.own_reach import OwnReach
from heartbit_tui.runtime.roles import (
    Apart,
    Ground,
    response_of,
    selection_of,
    settings_of,
    system_of,
    terms_of,
)
from heartbit_tui.runtime.toolbox import toolbox

OWN_CONVERSATION = frozenset({"recall_context"})
"""Tools of the session's own agent that are about its own conversation."""

PART = "working.md"
LEADING = "leading_step.md"
"""What such an agent is told of its part."""


@asynccontextmanager
async def engaged(
    ground: Ground, definition: Definition, label: str, board: Board, reach: OwnReach
) -> AsyncGenerator[Engaged]:
    """The agent of a definition under the name `label`. Raises `ConfigError`, `AuthenticationError`."""
    settings = settings_of(ground.settings, definition)
    terms = await terms_of(ground, settings, definition)
    following = Apart(terms)
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(toolbox(ground.options.cwd, settings, ground.beside.jobs))
        memory = ground.beside.remembering
        remembering = memory.of_agent(definition.name, settings, lambda: terms.provider) if memory else None
        tools = _tools(ground, definition, own, board, following, *(remembering.of_crew() if remembering else ()))
        chain = contexts.policy(ground.options.cwd, settings, following, remembering)
        agent = Agent(
            name=label,
            system=system_of(ground, definition, tools, LEADING if definition.leads else PART),
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
            response=response_of(settings, definition),
            facts=lambda mode: prompt.facts(mode, f"{settings.today:%Y-%m-%d}"),
            offered=contexts.recalling(selection_of(settings)),
        )
        agent = await reach.given_to(agent, ground, definition, following.window)
        desk = ground.session.desk_of(agent, terms)
        following.desk = desk
        try:
            yield Engaged(agent=agent, desk=desk, within=ground.session.desk.budget)
        finally:
            ground.later(stack.pop_all())  # its report need not wait until its shell has ended


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
