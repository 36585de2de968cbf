"""What a session is doing now, and the prompts that wait for it to end."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import nullcontext

from heartbit_tui.kernel import runs
from heartbit_tui.kernel.casting import Cast
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import PromptQueued, RunInterrupted
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.wiring import Wiring


class Active:
    """One piece of work at a time, in tasks of the session's own group; `run_id` is empty between runs.

    An interrupt ends what is active and lets the queue wait until the next prompt comes.
    """

    def __init__(
        self, agent: Agent, desk: Desk, tasks: asyncio.TaskGroup, wiring: Wiring, *, runs_before: int = 0
    ) -> None:
        self._agent = agent
        self._wiring = wiring
        self._desk = desk
        self._tasks = tasks
        self._runs = runs_before
        self._task: asyncio.Task[None] | None = None
        self._begun = False
        self._queue: deque[Prompt] = deque()
        self._why: str | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.run_id = ""

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None or bool(self.run_id)

    async def settled(self) -> None:
        """Return once nothing is under way and nothing can start by itself."""
        await self._idle.wait()

    def prompt(self, op: Prompt) -> None:
        """Start on a prompt, or let it wait behind those that came before it."""
        self._queue.append(op)
        if not self.running:
            self._next()
        if op in self._queue:
            self._tell_queued(op, len(self._queue))

    def start(self, work: Coroutine[None, None, None], name: str) -> None:
        """Do some other work that raises nothing; only while nothing is under way."""
        self._why = None
        self._launch(work, name)

    def interrupt(self, reason: str) -> None:
        """End what is under way."""
        if self.running and self._why is None:
            self._why = reason
            if self._task is not None:
                self._task.cancel()

    def clear(self) -> None:
        """Forget the prompts that wait."""
        self._queue.clear()

    def _next(self) -> None:
        """Start the prompt that has waited longest."""
        if self.running:
            return
        if not self._queue:
            self._idle.set()
            return
        self._runs += 1
        self.run_id = f"run-{self._runs}"
        self._begun, self._why = False, None
        prompt = self._queue.popleft()
        runs.begin(self._desk, prompt)
        self._launch(self._run(prompt), self.run_id)

    def _launch(self, work: Coroutine[None, None, None], name: str) -> None:
        self._idle.clear()
        self._task = self._tasks.create_task(work, name=name)
        self._task.add_done_callback(self._ended)
        if self._why is not None:
            self._task.cancel()

    async def _run(self, prompt: Prompt) -> None:
        self._begun = True
        if prompt.workflow:
            doing = self._wiring.workflows.doing(prompt.workflow, runs.words(prompt))
            casting = nullcontext(Cast(agent=self._agent, doing=doing))
        else:
            casting = self._wiring.casting.cast(self._agent, prompt)
        await runs.work(casting, self._desk, why=lambda: self._why or "")

    def _ended(self, task: asyncio.Task[None]) -> None:
        stopped = self._why is not None or task.cancelled()
        if self.run_id and not self._begun:
            runs.end(self._desk, RunInterrupted(reason=self._why or "cancelled"))
        self._task = None
        self.run_id = ""
        self._take_back(stopped=stopped)
        if not stopped:
            self._next()
        elif not self.running:
            self._idle.set()

    def _take_back(self, *, stopped: bool) -> None:
        """Make prompts of the words that came too late for the run to hear, in front of all others."""
        words = self._desk.steers()
        self._queue.extendleft(Prompt(content=(Text(text=text),)) for text in reversed(words))
        if stopped:
            for position, prompt in enumerate(list(self._queue)[: len(words)], 1):
                self._tell_queued(prompt, position)

    def _tell_queued(self, op: Prompt, position: int) -> None:
        self._desk.emit(PromptQueued(text=runs.said(op), position=position))
