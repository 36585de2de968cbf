"""Command lines that a person runs in the folder of a session from elsewhere: with the rights of its agent, never more."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from heartbit_tui.kernel.consent import failed
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    CommandEnded,
    CommandStarted,
    Event,
    PermissionDenied,
    Question,
    ToolProgress,
)
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Action, Ask, Deny, Journal, Output, Tool
from heartbit_tui.kernel.session import Session
from heartbit_tui.runtime.command_line import CommandLine
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.toolbox import toolbox
from heartbit_tui.runtime.undoing import Undoing
from heartbit_tui.tools.jobs import Jobs

TOOL: Final = "bash"
LONGEST_MS: Final = 600_000
"""Milliseconds that a command may take: as long as one of the agent's."""

SHOWN: Final = 65_536
"""Characters of what a stopped command wrote that are kept, the last."""

NO_TOOL: Final = "The agent of this session runs no commands, and so nobody does in its place."
NOBODY: Final = "This would be asked about, and nobody can be asked in this session."
STILL: Final = "A command still runs in this session: ! {command}. Esc ends it for whoever began it."
CLOSED: Final = "The session is closed: nothing more can be started in it."


class OwnCommands:
    """Runs one command at a time, beside whatever the agent does, each from the folder of the session on.

    What its agent could not do with a person's approval is refused: guardrails and rules judge the line, the sandbox is that
    of the agent's commands, and nothing runs outside of it. `close` it with the session.
    """

    def __init__(self, root: Path, settings: Settings, undo: Undoing) -> None:
        self._root = root
        self._settings = settings
        self._undo = undo
        self._session: Session | None = None
        self._journal: Journal | None = None
        self._stack = AsyncExitStack()
        self._running: asyncio.Task[Output] | None = None
        self._current = ""
        self._idle = asyncio.Event()
        self._idle.set()

    def join(self, session: Session, journal: Journal, stack: AsyncExitStack) -> None:
        """The session is open, and what runs ends with it."""
        self._session, self._journal = session, journal
        stack.push_async_callback(self.close)

    async def run(self, wanted: CommandLine) -> CommandEnded:
        """Run a command to its end; all who look at the session see what it writes.

        Raises `HeartbitError` where it may not run, or another one does.
        """
        session, journal = self._session, self._journal
        if session is None or journal is None:
            raise HeartbitError(CLOSED)
        if self._current:
            raise HeartbitError(STILL.format(command=self._current))
        self._current = wanted.told
        self._idle.clear()
        try:
            return await self._run(wanted, session, journal)
        finally:
            self._current, self._running = "", None
            self._idle.set()

    def stop(self) -> None:
        """End the command that runs, with everything that it started."""
        if self._running is not None:
            self._running.cancel()

    async def close(self) -> None:
        """End what runs, and start nothing more."""
        self._session = None
        self.stop()
        await self._idle.wait()
        await self._stack.aclose()

    async def _run(self, wanted: CommandLine, session: Session, journal: Journal) -> CommandEnded:
        agent = session.agent.name
        call = ToolCall(id=wanted.id, name=TOOL, input={"command": wanted.command, "timeout": LONGEST_MS})
        tool = await self._tool(session)
        guards = Guards(session.agent.guardrails, session.desk)
        places = await _judged(call, tool, guards, session, hidden=wanted.hidden)
        await journal.committed(session.append(agent, CommandStarted(id=wanted.id, command=wanted.told)).seq)
        wrote = _Wrote(agent, wanted, places, lambda event: session.append(agent, event))
        self._running = asyncio.create_task(self._work(call, tool, guards, wrote), name=f"own command {wanted.id}")
        ended = _ended(wanted, await _outcome(self._running), wrote)
        kept = CommandEnded(id=ended.id, how=ended.how, exit_code=ended.exit_code) if wanted.hidden else ended
        await journal.committed(session.append(agent, kept).seq)
        return ended

    async def _work(self, call: ToolCall, tool: Tool, guards: Guards, wrote: "_Wrote") -> Output:
        async with self._undo.during(wrote.wanted.command, shown=wrote.wanted.told):
            try:
                output = await tool.run(call.input, wrote)
            except Exception as error:  # noqa: BLE001 - the tool boundary: whatever a tool raises the person hears
                output = failed(f"The command could not be run: {type(error).__name__}: {error}")
        return await guards.output(call, output)

    async def _tool(self, session: Session) -> Tool:
        """What runs commands, made anew: it has no place in the agent's folders and jobs, and always begins in the root."""
        if not any(each.spec.name == TOOL for each in session.agent.all_tools):
            raise HeartbitError(NO_TOOL)
        await self._stack.aclose()
        jobs = await self._stack.enter_async_context(Jobs())
        tools = await self._stack.enter_async_context(toolbox(self._root, self._settings, jobs))
        found = next((each for each in tools if each.spec.name == TOOL), None)
        if found is None:
            raise HeartbitError(NO_TOOL)
        return found


class _Wrote:
    """The `CallContext` of a command: what it writes is told to all who look, and nobody is asked for more."""

    def __init__(
        self, agent: str, wanted: CommandLine, places: Mapping[str, str], tell: Callable[[Event], object]
    ) -> None:
        self.agent = agent
        self.call_id = wanted.id
        self.places = places
        self.wanted = wanted
        self.text = ""
        """The end of what it has written."""
        self._tell = tell

    def emit(self, event: Event) -> None:
        if not isinstance(event, ToolProgress):
            return
        self.text = (self.text + event.text)[-SHOWN:]
        if not self.wanted.hidden:
            self._tell(event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        return None

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None


async def _judged(call: ToolCall, tool: Tool, guards: Guards, session: Session, *, hidden: bool) -> Mapping[str, str]:
    """Where the paths of a command led that may run: what its agent would be asked about, its person has answered.

    Raises `HeartbitError` where it may not, which the log and the audit have too.
    """

    def denied(reason: str, rule: str) -> HeartbitError:
        given = {} if hidden else {"command": call.input["command"]}
        event = PermissionDenied(tool_name=TOOL, tool_call_id=call.id, reason=reason, rule=rule, input=given)
        session.append(session.agent.name, event)
        return HeartbitError(f"Permission denied: {reason}")

    if problem := tool.check(call.input):
        raise HeartbitError(problem)
    action = Action(call=call, effects=tool.effects, touches=tool.touches(call.input))
    if reason := await guards.call(call):
        raise HeartbitError(f"Denied by the guardrail {reason}")
    match session.agent.gate.decide(action, session.settings.mode):
        case Deny(reason=reason, rule=rule):
            raise denied(reason, rule)
        case Ask(rule=rule) if not session.desk.attended:
            raise denied(NOBODY, rule)
        case verdict:
            return verdict.places


async def _outcome(running: "asyncio.Task[Output]") -> Output | None:
    """What came of a command; None where it was stopped. It ends with whoever waits for it."""
    try:
        await asyncio.wait([running])
    except asyncio.CancelledError:
        running.cancel()
        raise
    return None if running.cancelled() else running.result()


def _ended(wanted: CommandLine, output: Output | None, wrote: _Wrote) -> CommandEnded:
    if output is None:
        return CommandEnded(id=wanted.id, how="stopped", output=wrote.text)
    code = output.details.get("exit_code")
    if not isinstance(code, int):
        return CommandEnded(id=wanted.id, how="stopped", output=output.content)
    return CommandEnded(id=wanted.id, how="exited", exit_code=code, output=_without_outcome(output.content))


def _without_outcome(content: str) -> str:
    """What a command wrote, with the notes on it, and without the line that tells how it ended."""
    text, _, last = content.rpartition("\n\n")
    found = text if last.startswith("(exit code") else content
    return "" if found == "(no output)" else found
