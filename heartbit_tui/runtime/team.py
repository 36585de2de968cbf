"""The agents that a session's own one can hand tasks to, put together: who there is, the tools for it, who hears a person."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.board_tools import board_tools
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.agents.delegating import Delegate, DelegateInTurn, Squad
from heartbit_tui.agents.team import Team
from heartbit_tui.agents.types import Assignment, Engaged, Member
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event
from heartbit_tui.kernel.protocols import Agent, CallContext, Clock, Output, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime.accounts import Accounts
from heartbit_tui.runtime.casting import Routing
from heartbit_tui.runtime.companions import Companions
from heartbit_tui.runtime.engaging import engaged
from heartbit_tui.runtime.flow_tables import found as workflows, sentences
from heartbit_tui.runtime.flows import Flows
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.own_reach import OwnReach
from heartbit_tui.runtime.roles import FOLDER, Ground
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.team_files import look
from heartbit_tui.runtime.teaming import Guards

SEQUENTIAL = "sequential"
FOLLOWER = "skill"
"""The agent that follows a skill which wants one of its own and names none; it is what the session's own agent is."""

EARLY = "The session is not open yet."


class Led:
    """What a session has of other agents. Give `team` and `casting` to its wiring, `given_to` its agent, then `join`."""

    def __init__(self, options: Options, settings: Settings, clock: Clock, definitions: tuple[Definition, ...]) -> None:
        """Raises `ConfigError` where two agents have the same name."""
        self._options = options
        self._settings = settings
        self._clock = clock
        self._ground: Ground | None = None
        self.board = Board(clock)
        self.main = ""
        """The name of the session's own agent, once it is open."""
        self._reach = OwnReach()
        self._ending: set[asyncio.Task[None]] = set()
        members = tuple(
            Member(name=each.name, description=each.description, engage=partial(self.engaged, each), tools=each.tools)
            for each in definitions
        )
        follower = partial(self.engaged, Definition(name=FOLLOWER, description="", prompt="", source="heartbit"))
        hidden = Member(name=FOLLOWER, description="Follows a skill.", engage=follower, hidden=True)
        self.team = Team((*members, *(() if FOLLOWER in {each.name for each in members} else (hidden,))), self._tell)
        self.casting = Routing(definitions, self.board, self._reach)
        self.definitions = definitions

    def given_to(self, agent: Agent) -> Agent:
        """The agent with the tools to hand out tasks, and told how; as it is where it has nobody to give them to."""
        if not self.team.members:
            return agent
        leading = (FOLDER / "leading.md").read_text(encoding="utf-8").strip()
        has = {tool.spec.name for tool in agent.tools}
        more = (tool for tool in self._tools() if tool.spec.name not in has)
        return replace(agent, tools=(*agent.tools, *more), system=f"{agent.system}\n\n{leading}")

    def leading(self, definition: Definition) -> Callable[[str, Board], AbstractAsyncContextManager[Engaged]]:
        """What engages an agent that can hand out tasks as the session's own one can."""

        @asynccontextmanager
        async def engage(label: str, board: Board) -> AsyncGenerator[Engaged]:
            async with self.engaged(definition, label, board) as found:
                yield replace(found, agent=self.given_to(found.agent))

        return engage

    def _later(self, stack: AsyncExitStack) -> None:
        """End what an agent had open, beside everything else."""
        task = asyncio.get_running_loop().create_task(stack.aclose(), name="end of an agent")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """Return once nothing is left open."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._reach.close()

    def join(self, session: Session, models: Models, beside: Companions, guards: Guards) -> None:
        """The session is open, and agents can be made."""
        self._ground = Ground(
            options=self._options,
            settings=self._settings,
            clock=self._clock,
            models=models,
            beside=beside,
            session=session,
            guards=guards,
            later=self._later,
        )
        self.main = session.agent.name
        self.casting.join(self._ground)
        self.team.recall(beside.place.log)
        if beside.skilled is not None:
            beside.skilled.tool.apart = self.apart

    async def apart(self, agent: str, task: str, context: CallContext) -> Output | None:
        """Let an agent do a task for the session's own one; None for one that works for another itself."""
        if self._ground is None or context.agent != self._ground.session.agent.name:
            return None
        known = agent in {each.name for each in self.team.members}
        assignment = Assignment(agent=agent if known else FOLLOWER, task=task)
        (report,) = await self.team.work([assignment], self.board, by=context.agent, call_id=context.call_id)
        return Output(content=report.text, is_error=not report.success)

    def _tools(self) -> tuple[Tool, ...]:
        config = self._settings.config
        left_out = config.strings("tools.disabled")
        in_turn = config.string("orchestrator.dispatch_mode") == SEQUENTIAL
        tools: list[Tool] = [(DelegateInTurn if in_turn else Delegate)(self.team, self.board)]
        squads = config.boolean("orchestrator.enable_squads") or not config.is_set("orchestrator.enable_squads")
        if squads and not in_turn and len(self.team.members) > 1:
            tools.append(Squad(self.team, self.board, self._clock))
        return tuple(tool for tool in (*tools, *board_tools(self.board)) if tool.spec.name not in left_out)

    def engaged(self, definition: Definition, label: str, board: Board) -> AbstractAsyncContextManager[Engaged]:
        """An agent of a definition, for one assignment. Raises `HeartbitError` before the session is open."""
        if self._ground is None:
            raise HeartbitError(EARLY)
        return engaged(self._ground, definition, label, board, self._reach)

    def _tell(self, agent: str, event: Event) -> None:
        if self._ground is not None:
            self._ground.session.append(agent, event)


async def led(
    options: Options, settings: Settings, clock: Clock, accounts: Accounts
) -> tuple[Led, Flows, tuple[str, ...]]:
    """The agents and the workflows that the settings and files define, with what is wrong with others.

    Raises `ConfigError`.
    """
    found = await asyncio.to_thread(look, options, settings)
    leading, every = Led(options, settings, clock, found.definitions), workflows(options, settings)
    flows = Flows(every, leading, settings, accounts)
    return leading, flows, (*found.warnings, *sentences(every.problems))
