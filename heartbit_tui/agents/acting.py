"""The steps that do something themselves: a function, an agent, the orchestrator, a command."""

import asyncio
import re
import shlex
from collections.abc import Awaitable, Callable
from inspect import isawaitable, iscoroutinefunction
from typing import Final, TypeAlias

from heartbit_tui.agents.steps import Around, Deed, Step, failed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import StepKind

Function: TypeAlias = Callable[[str], str | Awaitable[str]]
"""What takes the text that is handed on and gives the next one."""

INPUT: Final = "{input}"
"""What stands in a task or a command line for the text that is handed on."""

SECONDS: Final = 120
"""How long a command may take where nothing else is said, and how long one may at most: as for the tool bash."""

LONGEST: Final = 600

WIDEST = 40
"""Characters of the name that a step gets from its command line."""

_SPOT = re.compile(r"\{(input|task)\}")
NO_TEXT = "{name} gave {kind}, and a step gives text."


def filled(template: str, text: str, task: str, quoted: Callable[[str], str] = str) -> str:
    """The template with the text that is handed on for `{input}`, and what the workflow was given for `{task}`."""
    given = {"input": text, "task": task}
    return _SPOT.sub(lambda spot: quoted(given[spot[1]]), template)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStep:
    """An agent of the settings does a task, in a conversation of its own."""

    agent: str
    task: str = INPUT

    @property
    def name(self) -> str:
        return self.agent

    @property
    def kind(self) -> StepKind:
        return "agent"

    async def work(self, text: str, around: Around) -> Deed:
        """Hand it the task, and wait for its report."""
        return await around.hands.agent(self.agent, filled(self.task, text, around.task), around)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorStep:
    """The main agent does a task, in a conversation of its own, and can hand parts of it to the other agents."""

    task: str = INPUT

    @property
    def name(self) -> str:
        return "orchestrator"

    @property
    def kind(self) -> StepKind:
        return "orchestrator"

    async def work(self, text: str, around: Around) -> Deed:
        """Hand it the task, and wait for its answer."""
        return await around.hands.orchestrator(filled(self.task, text, around.task), around)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStep:
    """A command line is run as the agent's own are; `{input}` stands in it as one quoted word of the shell.

    It is stopped after `seconds`, 600 at most.
    """

    command: str
    seconds: int = SECONDS

    @property
    def name(self) -> str:
        line = " ".join(self.command.split())
        return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"

    @property
    def kind(self) -> StepKind:
        return "command"

    async def work(self, text: str, around: Around) -> Deed:
        """Run it; what it writes is handed on, and another exit code than 0 is a failure."""
        line = filled(self.command, text, around.task, shlex.quote)
        return await around.hands.command(line, min(self.seconds, LONGEST), around)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionStep:
    """A function of a program's own. One that is not async works in a thread, and is waited for when it is stopped."""

    function: Function

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    @property
    def kind(self) -> StepKind:
        return "function"

    async def work(self, text: str, around: Around) -> Deed:
        """Call it; a failure where it gives anything but text."""
        found: object = await self._called(text)
        if isawaitable(found):
            found = await found
        if not isinstance(found, str):
            return failed(NO_TEXT.format(name=around.name, kind=type(found).__name__))
        return Deed(text=found)

    async def _called(self, text: str) -> object:
        if iscoroutinefunction(self.function):
            return await self.function(text)
        thread = asyncio.ensure_future(asyncio.to_thread(self.function, text))
        try:
            return await asyncio.shield(thread)
        except asyncio.CancelledError:
            await asyncio.wait((thread,))  # a thread cannot be stopped; nothing is left behind all the same
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A step under another name."""

    name: str
    step: Step

    @property
    def kind(self) -> StepKind:
        return self.step.kind

    async def work(self, text: str, around: Around) -> Deed:
        """Do it."""
        return await self.step.work(text, around)


def as_step(given: "Step | Function") -> Step:
    """A step as it is; a function as one."""
    return FunctionStep(function=given) if callable(given) else given
