"""Command lines that a person runs in the folder of a session from elsewhere: with the rights of its agent, never more."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, Self

from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    CommandEnded,
    CommandStarted,
    Event,
    PermissionDenied,
    Question,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    ToolProgress,
)
from heartbit_tui.kernel.host import Manner
from heartbit_tui.kernel.messages import Message, ToolCall
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Ask, Clock, Provider, Tool
from heartbit_tui.kernel.session import CLOSED, Session
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
NOT_BEGUN: Final = "The command was stopped before it began."
STILL: Final = "A command still runs in this session: ! {command}. Esc ends it for whoever began it."


class OwnCommands:
    """Runs one command at a time, beside whatever the agent does, each from the folder of the session on.

    It is a call through the gate of the session's own agent: guardrails, hooks and rules judge it, and it runs in the sandbox
    of the agent's commands. What they would ask a person about, whoever typed it has answered; nothing runs outside.
    """

    def __init__(self, root: Path, settings: Settings, undo: Undoing, session: Session) -> None:
        self._root = root
        self._settings = settings
        self._undo = undo
        self._session = session
        self._is_closed = False
        self._is_stopped = False
        self._stack = AsyncExitStack()
        self._running: asyncio.Task[None] | None = None
        self._current = ""
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    def of(cls, root: Path, settings: Settings, undo: Undoing, session: Session, stack: AsyncExitStack) -> Self:
        """The commands of a session that is open; what runs ends with `stack`."""
        found = cls(root, settings, undo, session)
        stack.push_async_callback(found.close)
        return found

    async def run(self, wanted: CommandLine) -> CommandEnded:
        """Run a command to its end; all who look at the session see what it writes.

        Raises `HeartbitError` where it may not run, or another one does.
        """
        if self._is_closed:
            raise HeartbitError(CLOSED)
        if self._current:
            raise HeartbitError(STILL.format(command=self._current))
        self._current, self._is_stopped = wanted.told, False
        self._idle.clear()
        # Whoever asked may go away: its end is told all the same.
        return await asyncio.shield(asyncio.create_task(self._whole(wanted), name=wanted.id))

    def stop(self) -> None:
        """End the command that runs, with everything that it started; one that is about to begin does not."""
        self._is_stopped = True
        if self._running is not None:
            self._running.cancel()

    async def close(self) -> None:
        """End what runs, and start nothing more."""
        self._is_closed = True
        self.stop()
        await self._idle.wait()
        await self._stack.aclose()

    async def _whole(self, wanted: CommandLine) -> CommandEnded:
        try:
            return await self._run(wanted)
        finally:
            self._current, self._running = "", None
            self._idle.set()

    async def _run(self, wanted: CommandLine) -> CommandEnded:
        desk, tool = self._session.desk, await self._tool()
        if self._is_stopped:  # while what runs it was made ready
            raise HeartbitError(CLOSED if self._is_closed else NOT_BEGUN)
        typed = _Typed(desk, wanted)
        self._running = asyncio.create_task(self._call(tool, typed), name=f"own command {wanted.id}")
        await asyncio.wait([self._running])
        if not self._running.cancelled():
            self._running.result()
        ended = typed.ended("closed" if self._is_closed else "stopped")
        kept = CommandEnded(id=ended.id, how=ended.how, exit_code=ended.exit_code) if wanted.hidden else ended
        await desk.committed(desk.emit(kept))
        return ended

    async def _call(self, tool: Tool, typed: "_Typed") -> None:
        wanted = typed.wanted
        call = ToolCall(id=wanted.id, name=TOOL, input={"command": wanted.command, "timeout": LONGEST_MS})
        agent = replace(self._session.agent, tools=(tool,), passing=tuple)
        async with self._undo.during(wanted.command, shown=wanted.told):
            calls = Calls(agent, typed)
            await calls.run(calls.mend([call]), turn=0)

    async def _tool(self) -> Tool:
        """What runs commands, made anew: it has no place in the agent's folders and jobs, and always begins in the root."""
        if not any(each.spec.name == TOOL for each in self._session.agent.all_tools):
            raise HeartbitError(NO_TOOL)
        await self._stack.aclose()
        jobs = await self._stack.enter_async_context(Jobs())
        tools = await self._stack.enter_async_context(toolbox(self._root, self._settings, jobs))
        found = next((each for each in tools if each.spec.name == TOOL), None)
        if found is None:
            raise HeartbitError(NO_TOOL)
        return found


class _Typed:
    """A `Host` for one command: it is told as what a person runs, and asks nobody."""

    def __init__(self, desk: Desk, wanted: CommandLine) -> None:
        self._desk = desk
        self.wanted = wanted
        self._written = ""
        self._is_begun = False
        self._answer = ""
        self._code: int | None = None

    @property
    def clock(self) -> Clock:
        return self._desk.clock

    @property
    def mode(self) -> Mode:
        return self._desk.mode

    @property
    def provider(self) -> Provider:
        return self._desk.provider

    @property
    def manner(self) -> Manner:
        return self._desk.manner

    @property
    def attended(self) -> bool:
        return self._desk.attended

    @property
    def caps(self) -> Caps:
        return self._desk.caps

    def emit(self, event: Event) -> int:
        match event:
            case ToolCallStarted():
                self._is_begun = True
                return self._desk.emit(CommandStarted(id=self.wanted.id, command=self.wanted.told))
            case ToolProgress(text=text):
                self._written = (self._written + text)[-SHOWN:]
                return 0 if self.wanted.hidden else self._desk.emit(event)
            case ToolAnswered(result=result):
                self._answer = result.content
                return 0
            case ToolCallCompleted(details=details):
                code = details.get("exit_code")
                self._code = code if isinstance(code, int) else None
                return 0
            case PermissionDenied() if self.wanted.hidden:
                return self._desk.emit(replace(event, input={}))
            case _:
                return self._desk.emit(event)

    async def committed(self, seq: int) -> None:
        await self._desk.committed(seq)

    def messages(self) -> tuple[Message, ...]:
        return self._desk.messages()

    def past(self) -> Past:
        return self._desk.past()

    def knows(self, call_id: str) -> bool:
        return False

    def steers(self) -> tuple[str, ...]:
        return ()

    async def approve(self, call: ToolCall, ask: Ask, *, turn: int, preview: str) -> Decide:
        """Yes, once, for the command as it was typed; no to what it wants beyond that, such as to leave the sandbox."""
        return Decide(id="", allow=self.attended and not self._is_begun)

    async def ask(self, questions: Sequence[Question], call_id: str = "") -> tuple[tuple[str, ...], ...] | None:
        return None

    def ended(self, how: Literal["closed", "stopped"]) -> CommandEnded:
        """How it ended; where it did not by itself, this is `how`. Raises `HeartbitError` where it was refused."""
        if not self._is_begun:
            raise HeartbitError(self._answer or NOT_BEGUN)
        if self._code is None:
            return CommandEnded(id=self.wanted.id, how=how, output=self._answer or self._written)
        return CommandEnded(
            id=self.wanted.id, how="exited", exit_code=self._code, output=_without_outcome(self._answer)
        )


def _without_outcome(content: str) -> str:
    """What a command wrote, with the notes on it, and without the line that tells how it ended."""
    text, _, last = content.rpartition("\n\n")
    found = text if last.startswith("(exit code") else content
    return "" if found == "(no output)" else found
