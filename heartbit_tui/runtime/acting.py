"""An agent of a definition in the place of the session's own one: in its conversation, with its tools and its name."""

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.board_tools import board_tools
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.kernel.casting import Cast
from heartbit_tui.kernel.protocols import Agent, ContextPolicy, Tool
from heartbit_tui.runtime import contexts, plugins
from heartbit_tui.runtime.own_reach import OwnReach
from heartbit_tui.runtime.remembering import Remembering
from heartbit_tui.runtime.roles import (
    RESPOND,
    Apart,
    Ground,
    response_of,
    selection_of,
    settings_of,
    system_of,
    terms_of,
)
from heartbit_tui.runtime.settings import Settings

PART = "acting.md"
"""What such an agent is told of its part."""


async def acting(ground: Ground, definition: Definition, board: Board, reach: OwnReach) -> Cast:
    """The agent of a definition, to work on prompts of the session's own conversation.

    Commands, files that were read and the list of what is to be done are those of that conversation; prompt, model,
    limits, guardrails, memory, context and servers are the agent's own. Raises `ConfigError`, `AuthenticationError`.
    """
    own = ground.session.agent
    settings = settings_of(ground.settings, definition)
    terms = await terms_of(ground, settings, definition)
    following = Apart(terms)
    following.desk = ground.session.desk
    memory = ground.beside.remembering
    remembering = memory.of_agent(definition.name, settings, lambda: terms.provider) if memory else None
    tools = _tools(ground, remembering, board)
    agent = Agent(
        name=own.name,
        system=system_of(ground, definition, tools, PART),
        provider=terms.provider,
        tools=tools,
        gate=own.gate,
        context=_context(ground, settings, following, remembering),
        guardrails=(*ground.guards(definition.name, settings, terms.provider), *ground.beside.guards),
        limits=settings.limits,
        max_tokens=settings.max_output_tokens,
        effort=terms.effort,
        response=_response(ground, settings, definition),
        facts=own.facts,
        offered=_offered(ground, settings),
    )
    return Cast(agent=await reach.given_to(agent, ground, definition, following.window), terms=terms)


def _tools(ground: Ground, remembering: Remembering | None, board: Board) -> tuple[Tool, ...]:
    """Those of the conversation, with a memory of its own, and the board in place of those that hand out tasks."""
    beside = ground.beside
    mine = tuple(map(beside.undoing.over, remembering.of_crew())) if remembering else ()
    names = {tool.spec.name for tool in mine}
    return (*(tool for tool in beside.tools if tool.spec.name not in names), *mine, *board_tools(board))


def _context(ground: Ground, settings: Settings, following: Apart, remembering: Remembering | None) -> ContextPolicy:
    beside = ground.beside
    also = tuple(each.policy for each in (beside.hooked, beside.skilled) if each is not None)
    chain = contexts.policy(ground.options.cwd, settings, following, remembering, also=also)
    return remembering.around(chain) if remembering else chain


def _response(ground: Ground, settings: Settings, definition: Definition) -> Tool | None:
    """The shape that was asked for with the prompts counts before the agent's own."""
    schema = ground.options.schema
    return response_of(settings, definition) if schema is None else plugins.load("heartbit.tools", RESPOND)(schema)


def _offered(ground: Ground, settings: Settings) -> contexts.Offered:
    offered = contexts.recalling(selection_of(settings))
    return ground.beside.skilled.offering(offered) if ground.beside.skilled else offered
