"""The agents that work for a session's own one: engaged for one task each, a few at a time, followed one by one."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from heartbit_tui.agents.board import Board
from heartbit_tui.agents.types import Assignment, Engaged, Member, Report
from heartbit_tui.kernel import runs
from heartbit_tui.kernel.crew import NOBODY
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    Terminal,
)
from heartbit_tui.kernel.messages import Assistant, Text, Usage
from heartbit_tui.kernel.ops import Interrupt, Prompt, Steer

AT_ONCE = 8
"""How many agents work at the same time; the others wait for one to end."""

UNKNOWN = "Error: there is no agent “{name}”. There are: {known}."
FAILED = "Error: {error}"
STOPPED = "Error: it was stopped by {reason} before it was done."
NOT_MADE = "Error: the agent could not be set up: {error}"
PARTLY = "{text}\n\nWhat it had said until then:\n{said}"
SILENT = "(It ended without a word.)"
WITH_ALL = "the end of the run"
NOT_BEGUN = "{name} waits for its turn: nothing can be said to it yet."
NO_NAME = "An agent has no name."
TWICE = "Two agents are called “{name}”."


@dataclass(slots=True, kw_only=True)
class _AtWork:
    """One assignment under way; `desk` is None while it waits for its turn."""

    task: asyncio.Task[Terminal]
    desk: Desk | None = None
    why: str = WITH_ALL


class Team:
    """Runs members; `append` puts an event of some agent into the session's log.

    It is the session's `Crew`: a person can speak to one of them, or stop it.
    """

    def __init__(
        self, members: Sequence[Member], append: Callable[[str, Event], object], *, at_once: int = AT_ONCE
    ) -> None:
        """Raises `ConfigError` where a member has no name, or two have the same."""
        names = Counter(each.name for each in members)
        if "" in names:
            raise ConfigError(NO_NAME, key="agents")
        for name, count in names.items():
            if count > 1:
                raise ConfigError(TWICE.format(name=name), key="agents")
        self._members = {each.name: each for each in members}
        self._append = append
        self._places = asyncio.Semaphore(at_once)
        self._assigned: Counter[str] = Counter()
        self._at_work: dict[str, _AtWork] = {}

    @property
    def members(self) -> tuple[Member, ...]:
        """Those that models are told of, in their order."""
        return tuple(each for each in self._members.values() if not each.hidden)

    def member(self, name: str) -> Member | None:
        """The one of this name, also where models are not told of it."""
        return self._members.get(name)

    def recall(self, log: Iterable[Envelope]) -> None:
        """Take in who worked in a session that is taken up again, so that no name stands for two."""
        for envelope in log:
            if isinstance(envelope.event, RunStarted):
                name, _, number = envelope.agent.partition("#")
                self._assigned[name] = max(self._assigned[name], int(number) if number.isdecimal() else 1)

    def take(self, op: Steer | Interrupt) -> str:
        """Say something to an agent at work, or stop it; why nothing comes of it, empty where it does."""
        found = self._at_work.get(op.agent)
        if found is None:
            return NOBODY.format(name=op.agent)
        if isinstance(op, Interrupt):
            found.why = op.reason
            found.task.cancel()
        elif found.desk is None:
            return NOT_BEGUN.format(name=op.agent)
        else:
            found.desk.say(op.text)
        return ""

    def tell(self, agent: str, event: Event) -> None:
        """Put an event into the session's log under some name."""
        self._append(agent, event)

    async def work(
        self, assignments: Sequence[Assignment], board: Board, *, by: str, call_id: str
    ) -> tuple[Report, ...]:
        """Give each its task and wait for all; the reports in the order of the assignments.

        `by` is told as the one who hands them out, `call_id` as the call that does. What a member answers is left on the board under `agent:LABEL`.
        Where this is cancelled, all of them are stopped first.
        """
        labels = [self._label(each.agent) if each.agent in self._members else each.agent for each in assignments]
        self._append(by, SubAgentsDispatched(agents=tuple(labels), tool_call_id=call_id))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        self._one(label, each, board, self._members.get(each.agent)), name=f"agent {label}"
                    )
                    for label, each in zip(labels, assignments, strict=True)
                ]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return tuple(task.result() for task in tasks)

    async def engage(self, member: Member, task: str, board: Board, *, by: str, call_id: str) -> Report:
        """Give a task to one that models are not told of, which need not be a member otherwise, and wait for it."""
        label = self._label(member.name)
        self._append(by, SubAgentsDispatched(agents=(label,), tool_call_id=call_id))
        return await self._one(label, Assignment(agent=member.name, task=task), board, member)

    def _label(self, name: str) -> str:
        self._assigned[name] += 1
        return name if self._assigned[name] == 1 else f"{name}#{self._assigned[name]}"

    async def _one(self, label: str, assignment: Assignment, board: Board, member: Member | None) -> Report:
        report = await self._reported(label, assignment, board, member)
        self._append(label, SubAgentCompleted(success=report.success, usage=report.usage, stopped=report.stopped))
        if report.success:
            board.leave(f"agent:{label}", report.text, by=label)
        return report

    async def _reported(self, label: str, assignment: Assignment, board: Board, member: Member | None) -> Report:
        def report(text: str, *, success: bool = False, usage: Usage | None = None, stopped: str = "") -> Report:
            used = usage or Usage()
            return Report(agent=assignment.agent, label=label, text=text, success=success, usage=used, stopped=stopped)

        if member is None:
            return report(
                UNKNOWN.format(name=assignment.agent, known=", ".join(each.name for each in self.members) or "none")
            )
        said: list[str] = []
        task = asyncio.ensure_future(self._run(member, label, assignment.task, board, said))
        at_work = self._at_work[label] = _AtWork(task=task)
        try:
            terminal = await task
        except asyncio.CancelledError:
            if _cancelled():
                raise
            terminal = RunInterrupted(reason=at_work.why)
        except HeartbitError as error:
            ending = RunFailed(error=str(error), partial_usage=Usage(), kind=error.kind)
            return replace(report(NOT_MADE.format(error=error)), ending=ending)
        finally:
            del self._at_work[label]
        return replace(_told(report, terminal, said[-1] if said else ""), ending=terminal)

    async def _run(self, member: Member, label: str, task: str, board: Board, said: list[str]) -> Terminal:
        """One run to its end; what the agent said last is put into `said`, also where it was stopped."""
        at_work = self._at_work
        places = nullcontext() if member.leads else self._places
        async with places, member.engage(label, board) as engaged:
            at_work[label].desk = engaged.desk
            try:
                prompt = Prompt(content=(Text(text=task),))
                agent, desk, within, doing = engaged.agent, engaged.desk, engaged.within, engaged.doing
                return await runs.run(agent, desk, prompt, why=lambda: at_work[label].why, within=within, doing=doing)
            finally:
                said.append(_last_words(engaged))


def _told(report: Callable[..., Report], terminal: Terminal, said: str) -> Report:
    """What an agent reports whose run has ended so."""
    match terminal:
        case RunCompleted(total_usage=usage, structured=structured):
            answer = json.dumps(structured, ensure_ascii=False, indent=2) if structured is not None else said
            return replace(report(answer or SILENT, success=True, usage=usage), said=answer)
        case RunFailed(error=error, partial_usage=usage):
            return replace(report(_with(FAILED.format(error=error), said), usage=usage), said=said)
        case RunInterrupted(reason=reason, partial_usage=usage):
            told = _with(STOPPED.format(reason=reason), said)
            return replace(report(told, usage=usage, stopped=reason), said=said)


def _last_words(engaged: Engaged) -> str:
    """The last text of an agent."""
    messages = engaged.desk.conversation.messages()
    return next((each.text for each in reversed(messages) if isinstance(each, Assistant) and each.text), "")


def _with(text: str, said: str) -> str:
    return PARTLY.format(text=text, said=said) if said else text


def _cancelled() -> bool:
    """Whether all are stopped, rather than this one alone."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def told(reports: Sequence[Report]) -> str:
    """What a model reads of the reports: each under its agent's name, and who failed."""
    parts = [f"=== Agent: {each.agent} ===\n{each.text}" for each in reports]
    failed = [each.label for each in reports if not each.success]
    if failed:
        parts.append(f"{len(failed)} of {len(reports)} failed: {', '.join(failed)}.")
    return "\n\n".join(parts)


def details(reports: Sequence[Report]) -> Mapping[str, object]:
    """What a screen may show of the reports."""
    return {
        "agents": [
            {"agent": each.agent, "label": each.label, "success": each.success, "tokens": each.usage.total}
            for each in reports
        ]
    }
