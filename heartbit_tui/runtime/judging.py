"""Where a change is judged: the criteria that are commands are run, the others go to a model of their own."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from heartbit_tui.goals import Judge, Material, Means, command_of
from heartbit_tui.goals.choosing import SET, choose
from heartbit_tui.goals.judge import MAX_TOKENS, TIMEOUT
from heartbit_tui.kernel import runs
from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    JUDGE,
    AssistantMessage,
    Envelope,
    GoalJudged,
    Grade,
    RunCompleted,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    Terminal,
    ToolCallCompleted,
)
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall, Usage
from heartbit_tui.kernel.protocols import Agent, Clock, Effects, Provider, Spent
from heartbit_tui.kernel.session import Session
from heartbit_tui.kernel.spending import admit
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.at_end import AtEnd
from heartbit_tui.runtime.models import Models
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.session_diff import Difference, difference
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.tools.jobs import Jobs

BASH = "bash"
MARKS = "heartbit_tui.runtime.memory_ground:Marks"
TASK = "Hold the change against {count} {criteria}"
ENDED, FAILED = "`{command}` ended with 0", "`{command}` ended with {code}: {last}"
NOT_RUN = "`{command}` was not run to its end: {why}"
NO_BASH = "there is no bash in this session"
OF_THE_TOOL = "(exit code"
SILENT = "it printed nothing"
STOPPED = "the judging was stopped"
UNDO_OFF = "what the session changed (undo is off, so nothing is known of it)"
SHOWN = 240
"""Letters of a command's last line that a person sees; the judge sees as much of it as the event has."""

LONGEST_MS = 600_000
"""Milliseconds that a command has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What judging stands on: the session and what belongs to it."""

    options: Options
    settings: Settings
    clock: Clock
    session: Session
    models: Models
    undoing: Undoing
    jobs: Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and the end of what it printed."""

    grade: Grade
    output: str = ""


class Court:
    """Judges the changes of one session, one at a time; `take` hears what the session's bus does."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._session = ground.session
        self._ended: dict[str, ToolCallCompleted] = {}
        self._waits: set[str] = set()
        self._usage = Usage()
        self._alone = asyncio.Lock()

    def take(self, envelope: Envelope) -> None:
        """Keep how a command of the judge's own ended."""
        event = envelope.event
        if isinstance(event, ToolCallCompleted) and event.tool_call_id in self._waits:
            self._ended[event.tool_call_id] = event

    def may_change(self, agent: str, tool: str) -> bool:
        """Whether a call may have changed what is judged; the judge's own are no reason to judge again."""
        known = {each.spec.name: each.effects for each in self._session.agent.all_tools}
        return agent != JUDGE and known.get(tool, Effects.EXECUTE) in (Effects.WRITE, Effects.EXECUTE)

    async def propose(self, goal: str) -> tuple[str, ...]:
        """Criteria for a goal. Raises `HeartbitError`."""
        provider, _ = self._provider()
        return (await self._judge(provider).propose(goal)).criteria

    async def judge(self, criteria: Sequence[str], asked: str) -> GoalJudged:
        """Run the commands, then ask the judge for the rest. Raises `HeartbitError` where no model can be had."""
        async with self._alone:
            session, own = self._session, self._session.agent.name
            self._usage, calls = Usage(), 0
            terminal: Terminal = RunInterrupted(reason=STOPPED)
            agent, desk = self._agent(), self._session.desk_of(self._agent(), self._session.settings)
            session.append(own, SubAgentsDispatched(agents=(JUDGE,)))
            noun = "criterion" if len(criteria) == 1 else "criteria"
            desk.emit(RunStarted(task=TASK.format(count=len(criteria), criteria=noun)))
            try:
                commands = self._commands(criteria)
                ran = await self._run(agent, desk, commands)
                calls = len(ran)
                judged = await self._graded(criteria, asked, ran)
                terminal = RunCompleted(total_usage=self._usage, tool_calls_made=calls)
            finally:
                runs.end(desk, terminal)
                success = isinstance(terminal, RunCompleted)
                session.append(JUDGE, SubAgentCompleted(success=success, usage=self._usage))
            return judged

    def _commands(self, criteria: Sequence[str]) -> tuple[str, ...]:
        """What is run: the criteria that are commands, and those of the settings."""
        wanted = (*filter(None, map(command_of, criteria)), *self._ground.settings.config.strings("judge.commands"))
        return tuple(dict.fromkeys(wanted))

    async def _graded(self, criteria: Sequence[str], asked: str, ran: dict[str, Ran]) -> GoalJudged:
        """All grades in the order of the criteria; a command of the settings is a criterion of its own."""
        open_ones = tuple(each for each in criteria if not command_of(each))
        further = tuple(f"run: {each}" for each in ran if each not in map(command_of, criteria))
        seen = await self._difference()
        model, why, parts, left_out = "", "", 0, seen.unseen
        grades: dict[str, Grade] = {}
        if open_ones:
            provider, why = self._provider()
            material = Material(diff=seen.pieces, asked=asked, evidence=self._evidence(ran), unseen=seen.unseen)
            judged = await self._judge(provider).judge(open_ones, material)
            grades = {each.criterion: each for each in judged.grades}
            model, parts, left_out = provider.model, judged.parts, judged.left_out
        every = (*criteria, *further)
        return GoalJudged(
            grades=tuple(
                replace(ran[c].grade, criterion=each) if (c := command_of(each)) else grades[each] for each in every
            ),
            model=model,
            why=why,
            files=len(seen.pieces) + len(seen.unseen),
            parts=parts,
            left_out=left_out,
        )

    async def _run(self, agent: Agent, desk: Desk, commands: Sequence[str]) -> dict[str, Ran]:
        """Run commands as calls of the judge's, one after the other, through the gate and in the sandbox."""
        ran: dict[str, Ran] = {}
        if not commands:
            return ran
        ground = self._ground
        async with toolbox(ground.options.cwd, ground.settings, ground.jobs) as tools:
            bash = next((tool for tool in tools if tool.spec.name == BASH), None)
            for number, command in enumerate(commands, 1):
                if bash is None:
                    ran[command] = _not_run(command, NO_BASH)
                    continue
                armed = replace(agent, tools=(ground.undoing.over(bash),))
                ran[command] = await self._ran(armed, desk, command, f"judge_{self._session.seq}_{number}")
        return ran

    async def _ran(self, agent: Agent, desk: Desk, command: str, id: str) -> Ran:
        call = ToolCall(id=id, name=BASH, input={"command": command, "timeout": LONGEST_MS})
        message = Assistant(content=(call,), stop=StopReason.TOOL_USE, provider="", model="")
        self._waits.add(id)
        try:
            desk.emit(AssistantMessage(message=message))
            calls = Calls(agent, desk)
            await calls.run(calls.mend([call]), turn=1)
        except HeartbitError as error:
            return _not_run(command, str(error))
        finally:
            self._waits.discard(id)
        return _outcome(command, self._ended.pop(id, None))

    async def _difference(self) -> Difference:
        changes = await self._ground.undoing.changes()
        if changes is None:
            return Difference(unseen=(UNDO_OFF,))
        return await asyncio.to_thread(difference, changes, str(self._ground.options.cwd.resolve()))

    @staticmethod
    def _evidence(ran: dict[str, Ran]) -> str:
        return "\n\n".join(f"$ {command}\n{each.output}\n({each.grade.reason})" for command, each in ran.items())

    def _agent(self) -> Agent:
        own = self._session.agent
        guardrails = tuple(each for each in own.guardrails if not isinstance(each, AtEnd))
        return replace(own, name=JUDGE, tools=(), passing=lambda: (), guardrails=guardrails, response=None)

    def _judge(self, provider: Provider) -> Judge:
        config = self._ground.settings.config
        desk = self._session.desk
        guards = Guards(self._agent().guardrails, desk)
        means = Means(
            provider=provider,
            clock=self._ground.clock,
            fence=plugins.resolve(MARKS)().fence,
            admit=partial(_admit, self._session),
            look=guards.request,
            spent=self._spent,
        )
        seconds = config.number("judge.timeout_seconds") or TIMEOUT
        return Judge(means, seconds=seconds, max_tokens=config.integer("judge.max_tokens") or MAX_TOKENS)

    def _spent(self, spent: Spent) -> None:
        self._usage += spent.usage
        self._session.append(JUDGE, spent.told)

    def _provider(self) -> tuple[Provider, str]:
        """The judge's model, and why it is that. Raises `ConfigError`, `AuthenticationError`."""
        config, own = self._ground.settings.config, self._session.settings.provider
        name, model = config.string("judge.provider"), config.string("judge.model")
        if name or model:
            return self._ground.models.beside(name, model), SET
        elsewhere = bool(config.string("provider.base_url")) or self._ground.options.brought.provider is not None
        chosen = choose("" if elsewhere else own.name, own.model)
        why = chosen.why.format(name=own.name) if elsewhere else chosen.why
        return (self._ground.models.beside("", chosen.model) if chosen.model else own), why


async def _admit(session: Session) -> None:
    """Let the judge be asked as far as the limits of the run, of the session and of the day allow. Raises `LimitError`."""
    await admit(session.desk.budget or Budget(session.agent.limits), session.desk)


def _outcome(command: str, end: ToolCallCompleted | None) -> Ran:
    """How a command that has ended stands; it is met by the exit code 0 alone."""
    if end is None:
        return _not_run(command, STOPPED)
    code = end.details.get("exit_code")
    if not isinstance(code, int) or isinstance(code, bool):
        return _not_run(command, _last(end.output))
    good = code == 0 and not end.is_error
    reason = (ENDED if good else FAILED).format(command=command, code=code, last=_last(end.output))
    return Ran(grade=Grade(criterion=command, outcome="met" if good else "unmet", reason=reason), output=end.output)


def _not_run(command: str, why: str) -> Ran:
    return Ran(grade=Grade(criterion=command, outcome="unsure", reason=NOT_RUN.format(command=command, why=why)))


def _last(output: str) -> str:
    """The last line that a command printed; what the tool says of how it ended is none."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith(OF_THE_TOOL)]
    return lines[-1][:SHOWN] if lines else SILENT
