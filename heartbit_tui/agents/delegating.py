"""The tools by which a model hands tasks to other agents."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from pydantic import Field

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.team import Team, details, told
from heartbit_tui.agents.types import Assignment, Member, Report
from heartbit_tui.kernel.events import SubAgentCompleted
from heartbit_tui.kernel.messages import JsonObject, Usage
from heartbit_tui.kernel.protocols import CallContext, Clock, Effects, Output, ToolSpec
from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable

LEADER = "squad-leader"
"""Who hands out the tasks of a squad, on its events."""

ONE_AT_A_TIME = "One task at a time: {agents} is at work. Wait for its result before you hand out the next task."
DOUBLE = "Each agent of a squad has one task; this one has more: {agents}."
STRANGERS = "There is no agent {names}. There are: {known}."


class Task(Arguments):
    """A task for one agent."""

    agent: str = Field(min_length=1, description="The agent's name.")
    task: str = Field(
        min_length=1, description="All that it needs to know: it sees nothing of this conversation but these words."
    )


class Tasks(Arguments):
    """Tasks to hand out."""

    tasks: tuple[Task, ...] = Field(min_length=1, description="One task for each agent; they work side by side.")


class OneTask(Arguments):
    """The one task to hand out."""

    tasks: tuple[Task, ...] = Field(min_length=1, max_length=1, description="The task; one at a time.")


class SquadTasks(Arguments):
    """The tasks of a squad."""

    tasks: tuple[Task, ...] = Field(min_length=2, description="One task for each member of the squad.")


class Delegate(TypedTool[Tasks]):
    """Hands out tasks and brings back what came of them."""

    name = "delegate_task"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = Tasks

    def __init__(self, team: Team, board: Board) -> None:
        self._team = team
        self._board = board

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it, with who there is."""
        return with_members(super().spec, self._team.members)

    async def act(self, given: Tasks, context: CallContext) -> Output:
        """Wait for all of them; an error only where none has done its task."""
        reports = await self._team.work(
            assignments(given.tasks), self._board, by=context.agent, call_id=context.call_id
        )
        return _output(reports, failed=not any(each.success for each in reports))


class DelegateInTurn(TypedTool[OneTask]):
    """Hands out one task at a time, also where a model asks for several at once."""

    name = "delegate_task"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = OneTask

    def __init__(self, team: Team, board: Board) -> None:
        self._team = team
        self._board = board
        self._busy = ""

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it, with who there is."""
        return with_members(super().spec, self._team.members)

    async def act(self, given: OneTask, context: CallContext) -> Output:
        """Wait for the agent. Raises `Unable` while one is at work."""
        if self._busy:
            raise Unable(ONE_AT_A_TIME.format(agents=self._busy))
        self._busy = given.tasks[0].agent
        try:
            reports = await self._team.work(
                assignments(given.tasks), self._board, by=context.agent, call_id=context.call_id
            )
        finally:
            self._busy = ""
        return _output(reports, failed=not reports[0].success)


class Squad(TypedTool[SquadTasks]):
    """Lets agents work together: on a board of their own, of which the others see the result alone."""

    name = "form_squad"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = SquadTasks

    def __init__(self, team: Team, board: Board, clock: Clock) -> None:
        self._team = team
        self._board = board
        self._clock = clock

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it, with who there is."""
        return with_members(super().spec, self._team.members)

    def objection(self, given: SquadTasks) -> str:
        """Each member once, and only those that there are."""
        names = [each.agent for each in given.tasks]
        known = [each.name for each in self._team.members]
        if double := sorted({name for name in names if names.count(name) > 1}):
            return DOUBLE.format(agents=", ".join(double))
        if strange := [name for name in names if name not in known]:
            return STRANGERS.format(names=" or ".join(strange), known=", ".join(known))
        return ""

    async def act(self, given: SquadTasks, context: CallContext) -> Output:
        """Wait for the squad, and leave on the outer board what came of it."""
        reports = await self._team.work(
            assignments(given.tasks), Board(self._clock), by=LEADER, call_id=context.call_id
        )
        names = [each.agent for each in reports]
        usage = sum((each.usage for each in reports), Usage())
        success = all(each.success for each in reports)
        self._team.tell(f"squad[{','.join(names)}]", SubAgentCompleted(success=success, usage=usage))
        self._board.leave(f"squad:{'+'.join(names)}", told(reports), by=LEADER)
        return _output(reports, failed=not any(each.success for each in reports))


def with_members(spec: ToolSpec, members: Sequence[Member]) -> ToolSpec:
    """A tool's description with who can be given tasks, as JSON."""
    known = [{"name": each.name, "description": each.description, "tools": list(each.tools)} for each in members]
    listed = json.dumps(known, ensure_ascii=False)
    return replace(spec, description=f"{spec.description}\n\nThe agents: {listed}")


def assignments(tasks: Sequence[Task]) -> list[Assignment]:
    """What a model asked for."""
    return [Assignment(agent=each.agent, task=each.task) for each in tasks]


def _output(reports: Sequence[Report], *, failed: bool) -> Output:
    return Output(content=told(reports), is_error=failed, details=cast("JsonObject", details(reports)))
