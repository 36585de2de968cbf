"""What does the workflows of a session: its agents, its shell, and the run that each of them is."""

import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.definitions import Definition
from heartbit_tui.agents.steps import REFUSED, Around, Deed, StepResult, failed, perform
from heartbit_tui.agents.types import Engaged, Member, Report
from heartbit_tui.agents.workflow_tables import Read, lacking
from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import AnswerError, ConfigError
from heartbit_tui.kernel.events import AssistantMessage, RunCompleted, RunFailed, RunInterrupted, Terminal
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, Text, ToolCall, ToolResult, Usage, User
from heartbit_tui.kernel.protocols import Agent, Tool
from heartbit_tui.kernel.workflows import Doing, Offered
from heartbit_tui.runtime.accounts import Accounts
from heartbit_tui.runtime.flow_tables import wanted
from heartbit_tui.runtime.settings import Settings

if TYPE_CHECKING:
    from heartbit_tui.runtime.team import Led

BASH = "bash"
NO_AGENT = "There is no agent “{name}”. There are: {known}."
STOPPED = "stopped by {reason}"
NO_OBJECT = "The workflow's answer is no JSON object, and one of a wanted shape was asked for: {error}."
NO_FIT = "The workflow's answer does not have the wanted shape. {problem}"

_EXIT = re.compile(r"(?:\n\n)?\(exit code: (-?\d+)\)\Z")
"""What the tool bash ends its result with, where the command came to its end."""

SILENT = "(no output)"
"""What it says in the place of nothing."""

Engaging = Callable[[str, Board], AbstractAsyncContextManager[Engaged]]


class Flows:
    """`Workflows` of a session."""

    def __init__(self, every: Read, led: "Led", settings: Settings, accounts: Accounts) -> None:
        self.every = every
        self._led = led
        self._settings = settings
        self._hands = _SessionHands(led, accounts)

    @property
    def offered(self) -> tuple[Offered, ...]:
        """All of them, as a person is told of them."""
        every = self.every.workflows.values()
        return tuple(Offered(name=each.name, description=each.description) for each in every)

    def doing(self, name: str, text: str) -> Doing:
        """What does a workflow with these words."""
        return partial(self._do, name, text)

    async def _do(self, name: str, text: str, agent: Agent, desk: Desk, budget: Budget) -> Terminal:
        """One run of it. Raises `ConfigError` where there is no such workflow, `AnswerError` where its answer does not fit."""
        found = wanted(self.every, name, self._settings)
        if sentence := lacking(found, [each.name for each in self._led.definitions]):
            raise ConfigError(sentence, key="workflows")
        around = Around(task=text, hands=self._hands, tell=desk.emit, now=desk.clock.monotonic)
        result = await perform(found.step, text, around, name=name)
        if result.text:
            answer = Assistant(content=(Text(text=result.text),), stop=StopReason.END_TURN)
            desk.emit(AssistantMessage(message=answer))
        if not result.ok:
            return RunFailed(error=result.error, partial_usage=budget.usage, kind=result.fault or "error")
        shaped = result.structured if agent.response is None else _shaped(agent.response, result)
        return RunCompleted(total_usage=budget.usage, tool_calls_made=0, structured=shaped)


class _SessionHands:
    """`Hands` of a session: those of its team, engaged for one step each."""

    def __init__(self, led: "Led", accounts: Accounts) -> None:
        self._led = led
        self._accounts = accounts

    async def agent(self, name: str, task: str, at: Around) -> Deed:
        member = self._led.team.member(name)
        if member is None:
            known = ", ".join(each.name for each in self._led.team.members) or "none"
            raise ConfigError(NO_AGENT.format(name=name, known=known), key="workflows")
        return await self._work(member, task, at)

    async def orchestrator(self, task: str, at: Around) -> Deed:
        definition = Definition(name="orchestrator", description="", prompt="", source="heartbit", leads=True)
        return await self._work(self._member(at, definition, self._led.leading(definition), leads=True), task, at)

    async def command(self, line: str, seconds: int, at: Around) -> Deed:
        definition = Definition(name="command", description="", prompt="", source="heartbit", tools=(BASH,))
        ran: list[ToolResult] = []
        doing = partial(_run, ToolCall(id="", name=BASH, input={"command": line, "timeout": seconds * 1000}), ran)
        member = self._member(at, definition, _doing(partial(self._led.engaged, definition), doing))
        deed = await self._work(member, line, at)
        return replace(deed, text=_written(ran[0].content)) if ran else deed

    def _member(self, at: Around, definition: Definition, engage: Engaging, *, leads: bool = False) -> Member:
        """One that is engaged for this step alone, under its name."""
        own = at.name.replace("#", "-")  # what stands behind a # tells the engagements of one name apart
        name = own if own != self._led.main else definition.name
        return Member(name=name, description="", engage=engage, hidden=True, leads=leads)

    async def _work(self, member: Member, task: str, at: Around) -> Deed:
        labels: list[str] = []

        def engage(label: str, board: Board) -> AbstractAsyncContextManager[Engaged]:
            labels.append(label)
            return member.engage(label, board)

        watched = replace(member, engage=engage)
        try:
            report = await self._led.team.engage(watched, task, self._led.board, by=self._led.main, call_id=at.id)
        finally:
            for label in labels:
                spent = self._accounts.of(label)
                at.account.spend(spent.usage, spent.cost_usd)
        return _deed(report)


def _deed(report: Report) -> Deed:
    match report.ending:
        case RunFailed(error=error, kind=kind):
            return failed(error, kind, report.said)
        case RunInterrupted(reason=reason):
            return Deed(how="stopped", text=report.said, error=STOPPED.format(reason=reason), fault="interrupted")
        case RunCompleted(structured=structured):
            return Deed(text=report.said, structured=structured)
        case None:
            return failed(report.text)


def _doing(engage: Engaging, doing: Doing) -> Engaging:
    """What engages an agent to do this in place of asking its model."""

    @asynccontextmanager
    async def engaged(label: str, board: Board) -> AsyncGenerator[Engaged]:
        async with engage(label, board) as found:
            yield replace(found, doing=doing)

    return engaged


async def _run(call: ToolCall, ran: list[ToolResult], agent: Agent, desk: Desk, budget: Budget) -> Terminal:
    """Make one call in the name of an agent, as if its model had asked for it; its result is put into `ran`."""
    call = replace(call, id=f"{agent.name} command")
    desk.emit(AssistantMessage(message=Assistant(content=(call,), stop=StopReason.TOOL_USE)))
    await Calls(agent, desk).run((call,), turn=1)
    said = [each.content for each in desk.conversation.messages() if isinstance(each, User)]
    result = next(block for block in said[-1] if isinstance(block, ToolResult))
    ran.append(result)
    if not result.is_error:
        return RunCompleted(total_usage=Usage(), tool_calls_made=1)
    ended = _EXIT.search(result.content) is not None
    return RunFailed(error=result.content, partial_usage=Usage(), kind=REFUSED if ended else "error")


def _written(content: str) -> str:
    """What a command wrote, of the result of its call."""
    text = _EXIT.sub("", content)
    return "" if text == SILENT else text


def _shaped(response: Tool, result: StepResult) -> JsonObject:
    """The answer in the wanted shape. Raises `AnswerError`."""
    try:
        found: Any = result.structured if result.structured is not None else json.loads(result.text)
    except ValueError as error:
        raise AnswerError(NO_OBJECT.format(error=error)) from error
    if not isinstance(found, dict):
        raise AnswerError(NO_OBJECT.format(error=f"it is {type(found).__name__}"))
    answer = cast("JsonObject", found)
    if problem := response.check(answer):
        raise AnswerError(NO_FIT.format(problem=problem))
    return answer
